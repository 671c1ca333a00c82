/// Decides at every ping interval whether the peer is alive. Any received byte proves that it is.
struct Keepalive: Equatable {
    enum Action: Equatable {
        case sendPing
        case stale
    }

    private let maxPingFailure: Int
    /// Consecutive intervals without a received byte.
    private(set) var misses = 0

    init(maxPingFailure: Int) {
        self.maxPingFailure = maxPingFailure
    }

    mutating func intervalPassed(receivedBytes: Bool) -> Action {
        misses = receivedBytes ? 0 : misses + 1
        return misses >= maxPingFailure ? .stale : .sendPing
    }
}
