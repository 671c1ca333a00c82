package import NIOCore
package import Synchronization

/// A message's right to use the connection that currently carries its lane.
///
/// When a lane is handed over to another connection, its carrier is changed under the lock of the buffer of the previous
/// connection. A message that has read the carrier before is then refused there, and cannot be sent out of order.
package struct Lease {
    private let carrier: UnsafePointer<Atomic<Int>>
    private let holder: Int

    /// - Parameters:
    ///   - carrier: The number of the connection that carries the lane. The pointer must be valid as long as the lease.
    ///   - holder: The number that was read for the message.
    package init(carrier: UnsafePointer<Atomic<Int>>, holder: Int) {
        self.carrier = carrier
        self.holder = holder
    }

    /// Whether the lane has not been handed over since. The value cannot change while the lock of the holder's buffer is held.
    var isValid: Bool { carrier.pointee.load(ordering: .relaxed) == holder }
}

extension NATSError {
    static let carriedElsewhere = NATSError(.notConnected, "another connection carries the messages of this topic now")
}

extension NATSClient {
    /// Whether messages are accepted for an established connection.
    package var acceptsMessages: Bool { outbound.isConnected }

    /// Whether the client was closed permanently.
    package var isClosed: Bool { driver.status.state == .closed }

    /// Whether a connection was lost or an attempt has failed. False during the first attempt.
    package var hasLostOrFailed: Bool {
        let (connections, hasError) = driver.status.update { ($0.connections, $0.lastError != nil) }
        return connections > 0 || hasError
    }

    /// Changes leases of this client, unless it is connected.
    /// - Returns: Whether the change was made.
    package func changeLeasesUnlessConnected(_ change: () -> Void) -> Bool {
        outbound.changeUnlessConnected(change)
    }

    /// Hands leases over to another client, which sends nothing until everything that this client has accepted is confirmed, or
    /// lost with its connection.
    package func handOver(to other: NATSClient, _ change: () -> Void) {
        other.outbound.hold()
        let settled = Waiter(onResolve: { _ in
            other.outbound.release()
            other.wake()
        })
        if outbound.change(confirmed: settled, change) { wake() }
    }

    /// Calls `body` on the client's event loop after a delay.
    package func schedule(in delay: Duration, _ body: @escaping @Sendable () -> Void) -> Scheduled<Void> {
        driver.eventLoop.scheduleTask(in: TimeAmount(delay), body)
    }
}
