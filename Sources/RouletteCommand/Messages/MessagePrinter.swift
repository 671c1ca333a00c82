import CommandSupport
import Roulette

/// Prints the messages of several subscriptions, up to a total limit.
actor MessagePrinter {
    private let format: MessageFormat
    private let limit: Int?
    private(set) var printed = 0

    /// - Parameter limit: How many messages to print; nil for all.
    init(format: MessageFormat, limit: Int?) {
        self.format = format
        self.limit = limit
    }

    /// Prints a batch of messages.
    /// - Returns: Whether the limit is not reached yet.
    func print(_ batch: MessageCollection) throws -> Bool {
        let wanted = limit.map { min($0 - printed, batch.count) } ?? batch.count
        guard wanted > 0 else { return false }
        let time = Timestamp.now()
        var output: [UInt8] = []
        for message in batch.prefix(wanted) {
            output += format.bytes(PrintableMessage(message), at: time)
        }
        try StandardOutput.write(output)
        printed += wanted
        return limit.map { printed < $0 } ?? true
    }
}
