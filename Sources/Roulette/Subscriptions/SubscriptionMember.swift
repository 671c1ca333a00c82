import Locking
import NATSWire
import RouletteNATS

/// The part of a subscription on one connection. If the connection stays down, the member moves to another connection of the
/// same cluster.
final class SubscriptionMember: MessageSink {
    /// Until the subscribe call has succeeded, the end of the member is not reported to the group, because the call may try again
    /// with another member.
    private enum Phase {
        case joining
        case endedEarly
        indirect case failedEarly(NATSError)
        case joined
        /// The call tried again with another member. Ignore late callbacks.
        case abandoned
    }

    private struct State {
        var phase = Phase.joining
        var connection: PooledConnection
        /// The subscription's id on that connection, once it is known.
        var sid: UInt64?
        /// Whether the subscription was cancelled.
        var isRemoved = false
    }

    private let group: SubscriptionGroup
    private let state: Mutex<State>

    init(group: SubscriptionGroup, connection: PooledConnection) {
        self.group = group
        self.state = Mutex(State(connection: connection))
    }

    private var connection: PooledConnection { state.withLock { $0.connection } }

    // MARK: Lifecycle

    /// Adds the member to the subscription, and reports an end that happened earlier.
    /// - Parameter sid: The id on the first connection of the member. The member may have moved to another one since.
    func joined(_ sid: UInt64) {
        let (before, connection) = state.withLock { state in
            if state.sid == nil { state.sid = sid }
            defer { state.phase = .joined }
            return (state.phase, state.connection)
        }
        switch before {
        case .joining, .joined, .abandoned: break
        case .endedEarly: group.ended(on: connection, error: nil)
        case .failedEarly(let error): group.ended(on: connection, error: error)
        }
    }

    /// Removes the member after a failed try to subscribe.
    func abandon() {
        state.withLock { $0.phase = .abandoned }
        remove()
    }

    func remove() {
        let (connection, sid) = state.withLock { state in
            state.isRemoved = true
            return (state.connection, state.sid)
        }
        if let sid { connection.client.removeSubscription(sid, self) }
    }

    /// Ends the member after the last message that the server has for it.
    func drain() {
        let (connection, sid) = state.withLock { state in
            // If the connection is lost, nothing more arrives, and the member does not move to another one.
            state.isRemoved = true
            return (state.connection, state.sid)
        }
        if let sid { connection.client.drainSubscription(sid, self) }
    }

    /// Moves the member to another connection.
    /// - Returns: Whether the member is still needed.
    func moved(to connection: PooledConnection, sid: UInt64) -> Bool {
        state.withLock { state in
            guard !state.isRemoved else { return false }
            state.connection = connection
            state.sid = sid
            return true
        }
    }

    // MARK: Callbacks of the connection, on its event loop

    func deliver(_ messages: [WireMessage]) {
        let connection: PooledConnection? = state.withLock { state in
            if case .abandoned = state.phase { nil } else { state.connection }
        }
        if let connection { group.deliver(messages, from: connection) }
    }

    func awaitsConnection() { group.awaitsConnection(connection) }
    func interrupted(_ cause: NATSError, silence: Duration) {
        group.interrupted(on: connection, cause: cause, silence: silence)
    }
    func resumed() { group.resumed(on: connection) }

    func end(_ error: NATSError?) {
        let connection: PooledConnection? = state.withLock { state in
            switch state.phase {
            case .joined: return state.connection
            case .abandoned: break
            case .joining, .endedEarly, .failedEarly: state.phase = error.map(Phase.failedEarly) ?? .endedEarly
            }
            return nil
        }
        if let connection { group.ended(on: connection, error: error) }
    }
}
