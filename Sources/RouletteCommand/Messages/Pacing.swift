import CommandSupport

/// The times at which messages are due.
struct Pacing {
    /// The time between two messages; zero to send them as fast as they are accepted.
    let interval: Duration

    /// - Throws: ``CommandError`` if both are given or the rate is out of bounds.
    init(interval: Duration?, rate: Double?) throws(CommandError) {
        switch (interval, rate) {
        case (nil, nil):
            self.interval = .zero
        case (let interval?, nil):
            self.interval = interval
        case (nil, let rate?):
            guard rate > 0, rate <= 1e9 else { throw .usage("--rate is \(rate), use more than 0 and at most 1000000000") }
            self.interval = .seconds(1) / rate
        case (_?, _?):
            throw .usage("--interval and --rate exclude each other; leave one out")
        }
    }

    /// Waits until a message is due.
    /// - Parameters:
    ///   - number: The number of the message. Message 0 is due at `start`.
    ///   - start: When the first message is due.
    ///   - clock: The clock to wait on.
    /// - Throws: `CancellationError`.
    func wait<C: Clock<Duration>>(for number: Int, since start: C.Instant, clock: C) async throws {
        guard interval > .zero else { return try Task.checkCancellation() }
        let due = start.advanced(by: interval * Double(number))
        if due > clock.now {
            try await clock.sleep(until: due, tolerance: nil)
        } else {
            try Task.checkCancellation()
        }
    }
}
