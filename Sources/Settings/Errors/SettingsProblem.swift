import TextCoding

/// One problem in the settings, with its location and advice.
///
/// It prints as `config.toml:12: profiles.demo.servers[1].port: 99999 is out of range, use 1 to 65535`.
public struct SettingsProblem: Sendable, Hashable, CustomStringConvertible {
    /// The file as the user named it, or another source, such as `--server`.
    public let file: String
    /// The line, counted from 1, or nil when the problem has no line.
    public let line: Int?
    /// The full path of the key, or nil when the problem concerns the whole file.
    public let key: String?
    /// What is wrong and what to do next. It never contains a secret.
    public let message: String

    /// Creates a problem.
    ///
    /// - Parameters:
    ///   - file: The file as the user named it.
    ///   - line: The line, counted from 1.
    ///   - key: The full path of the key.
    ///   - message: What is wrong and what to do next.
    public init(file: String, line: Int? = nil, key: String? = nil, message: String) {
        self.file = UserInfo.redacted(path: file)
        self.line = line
        self.key = key.map { UserInfo.redacted(in: $0) }
        self.message = UserInfo.redacted(in: message)
    }

    /// The problem on one line: file, line, key and message.
    public var description: String {
        var text = file
        if let line { text += ":\(line)" }
        if let key, !key.isEmpty { text += ": \(key)" }
        return text + ": \(message)"
    }
}
