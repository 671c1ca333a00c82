import Roulette

/// The maximum memory of the console in bytes, which the Topics view shows. Each part is a limit that is enforced elsewhere, plus
/// the overhead of Swift's types.
enum MemoryCeiling {
    /// The program and its idle connections; measured: 37 MiB.
    private static let program = 64 << 20
    /// A topic with its counters, samples and positions in the sort orders, without its texts; measured: 1.1 KiB.
    private static let topic = 1536
    /// The remembered reply subjects, folded topics and misrouted messages, see ``ReplySubjects/memory``,
    /// ``TopicFolder/memory`` and ``MisroutedMessages/capacity``.
    private static let records = 20 << 20
    /// A message in a subscription's buffer, without its bytes.
    private static let waitingMessage = 128

    /// The buffer of each subscription. It holds the messages of one second at a million per second, so that counts stay exact
    /// while the console does not run.
    static let buffer = SubscriptionBuffer(messages: 1_000_000, bytes: 128 << 20)

    /// Returns the maximum memory in bytes.
    /// - Parameters:
    ///   - subscriptions: The number of subscriptions.
    ///   - clusters: The number of clusters.
    static func bytes(subscriptions: Int, clusters: Int) -> Int {
        let topics = TrafficTable.standardCapacity * topic + TrafficTable.standardTextCapacity
        // The log that a paused tail shows, the current log, and the messages that are not in the log yet.
        let tail = 3 * TailLog.standardByteCapacity
        let subjects = clusters * ReplySubjects.kindLimit * SystemSubjects.byteCapacity
        return program + topics + tail + records + subjects
            + subscriptions * (buffer.bytes + buffer.messages * waitingMessage)
    }
}
