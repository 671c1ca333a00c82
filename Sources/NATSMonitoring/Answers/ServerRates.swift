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

    package init() {}

    /// Computes the rates from one reading to the next.
    ///
    /// - Parameter elapsed: The time that actually passed between the readings, not the planned interval.
    /// - Returns: Nil if no time passed or a counter decreased, as after a restart.
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
    /// The maximum difference between the interval on the server's clock and the interval between the answers.
    private static let slack: Duration = .seconds(5)

    /// Returns the time between two readings.
    ///
    /// A server reports when it read its counters. With its clock, an answer that arrives late does not distort the rate.
    /// If the server reports no time, or its clock was set meanwhile, the time between the two answers is used.
    ///
    /// - Parameters:
    ///   - earlier: The server's time and the time of arrival for the first reading.
    ///   - later: The same for the second reading.
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

extension ServerRates {
    package static func + (left: ServerRates, right: ServerRates) -> ServerRates { left.combined(with: right, +) }

    /// The difference, at least 0. Counters that are read at different moments may differ by a few messages.
    static func - (left: ServerRates, right: ServerRates) -> ServerRates { left.combined(with: right) { max(0, $0 - $1) } }

    private func combined(with other: ServerRates, _ operation: (Double, Double) -> Double) -> ServerRates {
        var result = self
        for rate in [\ServerRates.messagesIn, \.messagesOut, \.bytesIn, \.bytesOut] {
            result[keyPath: rate] = operation(self[keyPath: rate], other[keyPath: rate])
        }
        return result
    }
}
