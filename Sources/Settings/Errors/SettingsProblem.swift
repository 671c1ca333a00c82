/// One problem of a setting, with its place and the way to correct it.
///
/// It prints as `config.toml:12: profiles.demo.servers[1].port: 99999 is out of range, use 1 to 65535`.
public struct SettingsProblem: Sendable, Hashable, CustomStringConvertible {
    /// The file as the user named it, or the source in its place, such as `--server`.
    public let file: String
    /// The line, counted from 1, or nil when the problem has no place in a text.
    public let line: Int?
    /// The key as it is written from the top of the file, or nil when the problem concerns the file itself.
    public let key: String?
    /// What is wrong and what to do next. It never holds a secret's value.
    public let message: String

    /// Describes a problem.
    ///
    /// - Parameters:
    ///   - file: The file as the user named it.
    ///   - line: The line, counted from 1.
    ///   - key: The key as it is written from the top of the file.
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
