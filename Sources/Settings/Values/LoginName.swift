/// The name of a user as messages show it.
public enum LoginName {
    /// The name without the part after a colon, which is a password if someone wrote `user:password`.
    public static func shown(_ user: String) -> String {
        user.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).count > 1
            ? user.prefix { $0 != ":" } + ":…" : user
    }
}
