import Locking
import NATS
import NATSWire

/// The part of a subscription that is made on one connection. When that is down for long it moves to another connection of
/// the same cluster.
final class SubscriptionMember: MessageSink {
    /// Until the call that makes it has succeeded, its end is the call's affair: it may try again with another member.
    private enum Phase {
        case joining
        case endedEarly
        indirect case failedEarly(NATSError)
        case joined
        /// The call tried again with another one: this one is to be silent.
        case abandoned
    }

    private struct State {
        var phase = Phase.joining
        var connection: PooledConnection
        /// Its id there, once it is known.
        var sid: UInt64?
        /// Nothing more is wanted.
        var isRemoved = false
    }

    private let group: SubscriptionGroup
    private let state: Mutex<State>

    init(group: SubscriptionGroup, connection: PooledConnection) {
        self.group = group
        self.state = Mutex(State(connection: connection))
    }

    private var connection: PooledConnection { state.withLock { $0.connection } }

    // MARK: Life

    /// It is part of the subscription from here on.
    /// - Parameter sid: its id on the connection that it was made on, which it may have left.
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

    /// The call that makes it has failed.
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

    /// It is made on another connection.
    /// - Returns: whether it is still wanted.
    func moved(to connection: PooledConnection, sid: UInt64) -> Bool {
        state.withLock { state in
            guard !state.isRemoved else { return false }
            state.connection = connection
            state.sid = sid
            return true
        }
    }

    // MARK: What its connection reports, on the event loop

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

    func whenConsumed(_ done: @escaping @Sendable () -> Void) { group.queue.whenConsumed(done) }
    var pending: PendingMessages { group.queue.pending }
}
