/// Messages and bytes per second between two readings.
public struct ServerRates: Sendable, Hashable {
    /// Messages received by the server, per second.
    public var messagesIn = 0.0
    /// Messages sent by the server, per second.
    public var messagesOut = 0.0
    /// Bytes received by the server, per second.
    public var bytesIn = 0.0
    /// Bytes sent by the server, per second.
    public var bytesOut = 0.0

    /// The rates from one reading to the next.
    ///
    /// - Parameter elapsed: The time that really passed between the two, not the one that was planned.
    /// - Returns: nil when no time passed or a counter went back, as after a restart.
    public init?(from earlier: ServerTraffic, to later: ServerTraffic, elapsed: Duration) {
        let seconds = elapsed / .seconds(1)
        guard seconds > 0 else { return nil }
        func rate(_ counter: KeyPath<ServerTraffic, UInt64>) -> Double? {
            let (before, after) = (earlier[keyPath: counter], later[keyPath: counter])
            return after >= before ? Double(after - before) / seconds : nil
        }
        guard let messagesIn = rate(\.messagesIn), let messagesOut = rate(\.messagesOut), let bytesIn = rate(\.bytesIn),
            let bytesOut = rate(\.bytesOut)
        else { return nil }
        self.messagesIn = messagesIn
        self.messagesOut = messagesOut
        self.bytesIn = bytesIn
        self.bytesOut = bytesOut
    }
}
