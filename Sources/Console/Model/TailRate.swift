/// The rate of messages that the tail does not show, measured over the last complete second.
struct TailRate: Sendable, Hashable {
    /// Messages per second that were counted but not shown.
    private(set) var notShown = 0.0
    private var since: Duration = .zero
    private var count: UInt64 = 0

    mutating func add(notShown: UInt64, at time: Duration) {
        count += notShown
        let elapsed = (time - since).inSeconds
        guard elapsed >= 1 else { return }
        self.notShown = Double(count) / elapsed
        (count, since) = (0, time)
    }
}
