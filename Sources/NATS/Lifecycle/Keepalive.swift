/// Decides at every ping interval whether the peer is alive. Any byte received counts as life.
struct Keepalive: Equatable {
    enum Action: Equatable {
        case sendPing
        case stale
    }

    private let maxPingFailure: Int
    /// Intervals in a row without a byte.
    private(set) var misses = 0

    init(maxPingFailure: Int) {
        self.maxPingFailure = maxPingFailure
    }

    mutating func intervalPassed(receivedBytes: Bool) -> Action {
        misses = receivedBytes ? 0 : misses + 1
        return misses >= maxPingFailure ? .stale : .sendPing
    }
}
