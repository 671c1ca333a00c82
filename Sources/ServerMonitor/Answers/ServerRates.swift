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

extension ServerRates {
    /// How much longer than the answers took to come the clock of the server may say that it was.
    private static let slack: Duration = .seconds(5)

    /// The time between two readings.
    ///
    /// A server says when it read its counters. By its clock an answer that came late gives no wrong rate; where it does not
    /// say, or its clock was set meanwhile, the time between the two answers has to do.
    ///
    /// - Parameters:
    ///   - earlier: When the server says it read its counters first, and when its answer came.
    ///   - later: The same of the second reading.
    public static func elapsed(
        from earlier: (read: ServerTimestamp?, came: Duration),
        to later: (read: ServerTimestamp?, came: Duration)
    ) -> Duration {
        let between = later.came - earlier.came
        guard let first = earlier.read, let second = later.read else { return between }
        let read = second.sinceEpoch - first.sinceEpoch
        return read > .zero && abs(read / .seconds(1) - between / .seconds(1)) <= slack / .seconds(1) ? read : between
    }
}
