/// The name of a user, made fit for a message.
public enum LoginName {
    /// The name without what follows a colon: somebody who wrote `user:password` means a password by it.
    public static func shown(_ user: String) -> String {
        user.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).count > 1
            ? user.prefix { $0 != ":" } + ":…" : user
    }
}
