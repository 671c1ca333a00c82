/// The name of a user for messages.
public enum LoginName {
    /// Returns the name without the part after a colon, which may be a password, as in `user:password`.
    public static func shown(_ user: String) -> String {
        user.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).count > 1
            ? user.prefix { $0 != ":" } + ":…" : user
    }
}
