import struct Synchronization.Atomic

/// Whether the client is shutting down gracefully, as part of a `ServiceGroup`.
///
/// A group shuts its services down one after the other, and fails if another service ends before its turn. If the turn of the
/// client comes before that of a consumer, the consumer's sequence has no more messages but ends only when its own service is
/// asked to shut down.
final class ClientShutdown: Sendable {
    private let hasBegun = Atomic(false)

    func begin() { hasBegun.store(true, ordering: .relaxed) }

    /// Whether the graceful shutdown of the client has begun.
    var isUnderWay: Bool { hasBegun.load(ordering: .relaxed) }

    /// Waits for the turn of the service that the current task belongs to, if the client shuts down gracefully. Returns at once if
    /// the task is canceled.
    func waitForTurn() async {
        guard isUnderWay else { return }
        try? await ServiceContext.waitForShutdown()
    }
}
