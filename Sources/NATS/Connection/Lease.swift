package import NIOCore
package import Synchronization

/// A message's claim to the connection that carries its lane at this moment.
///
/// Whoever hands a lane over to another connection changes the lane's carrier under the lock of the buffer that carried it.
/// A message that looked the carrier up before is then refused there, instead of overtaking or falling behind others.
package struct Lease {
    private let carrier: UnsafePointer<Atomic<Int>>
    private let holder: Int

    /// - Parameters:
    ///   - carrier: the number of the connection that carries the lane. It has to outlive the lease.
    ///   - holder: the number that the message found there.
    package init(carrier: UnsafePointer<Atomic<Int>>, holder: Int) {
        self.carrier = carrier
        self.holder = holder
    }

    /// Whether the lane has not been handed over since. Under the lock of the holder's buffer this cannot change.
    var isValid: Bool { carrier.pointee.load(ordering: .relaxed) == holder }
}

extension NATSError {
    static let carriedElsewhere = NATSError(.notConnected, "another connection carries the messages of this topic now")
}

extension NATSClient {
    /// Whether a message would be accepted for a connection that is up.
    package var acceptsMessages: Bool { outbound.isConnected }

    /// Whether it was closed for good.
    package var isClosed: Bool { driver.status.state == .closed }

    /// Whether a connection was lost or could not be made. Not while the first attempt is under way.
    package var hasLostOrFailed: Bool {
        let (connections, hasError) = driver.status.update { ($0.connections, $0.lastError != nil) }
        return connections > 0 || hasError
    }

    /// Carries out a change of leases that this client held, unless it is connected.
    /// - Returns: whether it was carried out.
    package func changeLeasesUnlessConnected(_ change: () -> Void) -> Bool {
        outbound.changeUnlessConnected(change)
    }

    /// Hands leases of this client over to another one, which sends nothing before everything accepted here until now is
    /// confirmed, or lost with its connection.
    package func handOver(to other: NATSClient, _ change: () -> Void) {
        other.outbound.hold()
        let settled = Waiter(onResolve: { _ in
            other.outbound.release()
            other.wake()
        })
        if outbound.change(confirmed: settled, change) { wake() }
    }

    /// Calls `body` on the client's event loop after some time.
    package func schedule(in delay: Duration, _ body: @escaping @Sendable () -> Void) -> Scheduled<Void> {
        driver.eventLoop.scheduleTask(in: TimeAmount(delay), body)
    }
}
