/// Why a publisher suspends.
@usableFromInline
package enum PublishPause: Sendable {
    /// The message was accepted, and it is time to let other tasks run. A loop that only publishes to a fast server would
    /// otherwise never suspend and keep a thread of the concurrency pool for itself.
    case turn
    /// The message was not accepted, because the outbound buffer is full. The waiter is resolved when there is space.
    case space(Waiter)

    /// One of this many messages of a connection is followed by ``turn``. A power of two. A turn can
    /// wake another thread, which costs as much as publishing dozens of messages.
    static let messagesPerTurn: UInt64 = 1024

    /// Returns the pause after an accepted message, which is nearly always none.
    @inline(__always)
    static func afterMessage(_ sequence: UInt64) -> PublishPause? {
        sequence & (messagesPerTurn - 1) == 0 ? .turn : nil
    }

    /// Whether the message was accepted.
    @usableFromInline
    package var isAccepted: Bool {
        if case .turn = self { true } else { false }
    }

    /// Suspends. Afterwards the publisher tries again, unless the message was accepted.
    @usableFromInline
    package func end() async throws(NATSError) {
        switch self {
        case .turn: await Task.yield()
        case .space(let waiter): try await waiter.wait()
        }
    }

    /// Ends the wait for space with an error.
    func fail(_ error: NATSError) {
        if case .space(let waiter) = self { waiter.resolve(error) }
    }
}
