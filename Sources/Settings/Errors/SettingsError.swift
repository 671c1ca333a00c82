/// An error in the settings, with every problem found, up to a limit.
public struct SettingsError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kind of failure. More kinds may be added, so a switch needs a default.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        /// The name of the kind, for logs.
        public let description: String

        private init(_ description: String) { self.description = description }

        /// The file does not exist.
        public static let notFound = Code("not found")
        /// The file or directory exists but cannot be read or written.
        public static let unreadable = Code("unreadable")
        /// Other users can read a file that contains a secret.
        public static let unsafePermissions = Code("unsafe permissions")
        /// The text is not TOML.
        public static let syntax = Code("syntax")
        /// The text is TOML, but a key or a value is wrong.
        public static let invalid = Code("invalid")
        /// No profile or theme has that name.
        public static let unknownName = Code("unknown name")
    }

    /// The maximum number of problems in an error. Further problems are only counted.
    public static let problemLimit = 20

    /// The kind of failure.
    public let code: Code
    /// The problems in the order of their lines: at least one and at most ``problemLimit``.
    public let problems: [SettingsProblem]
    /// The number of problems that are not in ``problems``.
    public let omitted: Int

    /// Creates an error and sorts its problems by line.
    ///
    /// - Parameters:
    ///   - code: The kind of failure.
    ///   - problems: All problems, in any order.
    public init(_ code: Code, problems: [SettingsProblem]) {
        let ordered = problems.enumerated().sorted {
            ($0.element.line ?? 0, $0.offset) < ($1.element.line ?? 0, $1.offset)
        }
        self.code = code
        self.problems = ordered.prefix(Self.problemLimit).map(\.element)
        omitted = max(0, problems.count - Self.problemLimit)
    }

    init(_ code: Code, file: String, line: Int? = nil, key: String? = nil, _ message: String) {
        self.init(code, problems: [SettingsProblem(file: file, line: line, key: key, message: message)])
    }

    /// One line for each problem, and a last line that counts the omitted ones.
    public var description: String {
        var lines = problems.map(\.description)
        if omitted > 0 { lines.append("and \(omitted) more") }
        return lines.joined(separator: "\n")
    }
}
