/// Removes the login of a URL from errors, even if the URL was given by mistake as a path, a user or a name.
package enum UserInfo {
    /// The replacement for a login.
    package static let replacement = "<redacted>"

    /// Replaces everything between `://` and the last `@` of the same word.
    ///
    /// - Parameter text: An error, or any text that may contain user input.
    package static func redacted(in text: String) -> String {
        guard text.contains("://") else { return text }
        return text.split(separator: " ", omittingEmptySubsequences: false).map { redacted(value: String($0)) }
            .joined(separator: " ")
    }

    /// Redacts a single value, which may contain blanks.
    package static func redacted(value: String) -> String {
        guard let scheme = value.firstRange(of: "://"), let at = value.lastIndex(of: "@"), scheme.upperBound <= at else {
            return value
        }
        return value[..<scheme.upperBound] + replacement + value[at...]
    }

    /// Redacts a path: if it is a URL, only its scheme is kept.
    package static func redacted(path: String) -> String {
        guard let scheme = path.firstRange(of: "://") else { return path }
        return path[..<scheme.upperBound] + replacement
    }

    /// Whether a value may contain a login: it has the form of a URL, or an `@` after a colon as in `user:password@host`.
    package static func isPossible(in text: String) -> Bool {
        if text.contains("://") { return true }
        guard let at = text.lastIndex(of: "@"), let colon = text.firstIndex(of: ":") else { return false }
        return colon < at
    }
}
