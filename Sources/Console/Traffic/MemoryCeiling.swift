import Roulette

/// The memory that the console may need at most, in bytes; the Topics view says it. Each part is a bound that is kept
/// somewhere else, with what Swift needs around it.
enum MemoryCeiling {
    /// The program and its connections at rest; measured: 37 MiB.
    private static let program = 64 << 20
    /// A topic with its counters, samples and places in the orders, without its texts; measured: 1.1 KiB.
    private static let topic = 1536
    /// A message that waits for the console, without its bytes.
    private static let waitingMessage = 128

    /// What may wait for the console in each subscription: a second of a million messages, so that counts stay exact although
    /// the system takes the processor away.
    static let buffer = SubscriptionBuffer(messages: 1_000_000, bytes: 128 << 20)

    /// - Parameter subscriptions: How many there are.
    static func bytes(subscriptions: Int) -> Int {
        let topics = TrafficTable.standardCapacity * topic + TrafficTable.standardTextCapacity
        // What is shown while the tail is paused, what came since, and what waits to be taken over.
        let tail = 3 * TailLog.standardByteCapacity
        return program + topics + tail + subscriptions * (buffer.bytes + buffer.messages * waitingMessage)
    }
}
