import NIOCore

extension ConnectionMachine {
    /// An event that the machine handles.
    enum Event {
        // Events of the user. They may occur at any time.
        case start
        /// Closes the connection and makes a new one.
        case reconnect
        /// Makes a new connection, then leaves the current one.
        case move
        case close
        /// Ends the subscriptions. `ended` is resolved when nothing more can be received.
        case drain(ended: Waiter, hasSubscriptions: Bool)
        /// Some consumers end. `ended` is resolved when everything that the servers have sent before has arrived.
        case endReceiving(ended: Waiter)
        /// No more messages are accepted. `confirmed` is resolved when everything accepted before is confirmed.
        case finishPublishing(confirmed: Waiter, hasBacklog: Bool)
        /// The SUBs of another connection were written to this one.
        case subscriptionsAdopted

        // Events of sockets.
        /// TCP is connected.
        case opened(ID)
        /// A step of the handshake that the driver performs by itself.
        case progressed(ID, HandshakeProgress)
        /// The peer violated the protocol or the socket failed, so the socket must be closed.
        case failed(ID, NATSError)
        /// The socket is closed, or the connect failed.
        case closed(ID, NATSError)
        /// The socket has accepted the published frames.
        case framesWritten(ID)

        // Events of the server. They may occur at any time.
        case info(ID, serverID: String?, isLeaving: Bool)
        case pong(ID)
        case serverError(ID, ServerError, PermissionViolation?)

        case timerFired(Timer)
    }

    enum Timer: Hashable, CaseIterable {
        /// The deadline of an attempt to connect.
        case handshake
        case keepalive
        /// The wait before the next attempt.
        case retry
        case confirmation
        /// The deadline of a step of a move, the overlap, or the wait before the next attempt to move.
        case migration
    }

    /// An action that the driver carries out.
    enum Action: Equatable {
        /// The purpose of a new connection.
        enum Purpose: Equatable {
            case attempt(Int)
            case migration
        }

        case set(Timer, NIODeadline)
        case cancel(Timer)

        // Connecting.
        /// Connect to the next address of the list.
        case dial(ID, Purpose)
        /// Start the TLS handshake.
        case secure(ID)
        /// Send CONNECT and PING, after the TLS handshake if it follows INFO.
        case introduce(ID)
        case showProgress(HandshakeProgress)
        case showServer(ID)
        case updateLimits(ID)
        /// The handshake is complete.
        case connected(ID)
        /// Accept published messages for the connection.
        case openBuffer(ID)
        /// Resume the calls that wait for a connection.
        case resumeCalls

        // Ending.
        /// Close the socket. ``Event/closed(_:_:)`` follows.
        case closeSocket(ID)
        /// Close a connection that is no longer needed, and fail the calls that wait for it.
        case discard(ID, NATSError)
        /// Accept no more messages for a closed connection.
        case closeBuffer(NATSError)
        /// Settle the accounts of a closed connection.
        case settle(ID, lost: UInt64, NATSError)
        case forget(ID)
        case reportDisconnected(NATSError, lost: UInt64)
        case reportRetry(attempt: Int, delay: Duration, NATSError)
        /// Nothing more will happen.
        case finish

        // Moving to another server.
        case reportLameDuck
        /// Make the next connection the current one, and close the old one if it still exists.
        case promote(ID)
        /// Report that the handshake of the connection continues in place of a new attempt.
        case adopted(ID, attempt: Int, NATSError)
        /// Report a completed move. `because` is the cause if the old connection was lost, nil if the client left it.
        case moved(ID, lost: UInt64, duplicates: UInt64, because: NATSError?)
        case reportMoveFailed(NATSError, duplicates: UInt64)

        // Subscriptions.
        case sendSubscriptions(ID)
        case sendUnsubscribes(ID)
        /// Like ``sendUnsubscribes(_:)``, without the inbox of requests.
        case endSubscriptions(ID)
        case resumeSubscriptions
        case interruptSubscriptions(NATSError, silenceOf: ID)
        case reportGap(NATSError, silenceOf: ID)

        // Confirmation.
        /// Write a PING. The machine stores what its PONG means.
        case ping(ID)
        /// The oldest PING is answered.
        case answered(ID, roundTrip: Duration?)
        case resolve([Waiter], NATSError?)
        /// Request a PING after the messages in the buffer.
        case requestFlush(Waiter)
        case reportServerError(ID, ServerError, PermissionViolation?)
        case showPingMisses(Int)

        /// Write all waiting frames.
        case flush
        /// Resume publishers that wait for space, because the socket has accepted the frames, unless the next frames are being
        /// written.
        case freeSpace
        case reportForbidden(String)
    }

    /// What to do with the messages of one read.
    enum Delivery {
        case deliver
        /// Discard the messages. The server cannot have the subscriptions yet, so the messages are not meant for this client.
        case discard
        /// Ignore everything. The connection is no longer in use.
        case ignore
    }
}

/// An outstanding PING and what its PONG means.
struct ExpectedPong {
    enum Purpose: Equatable {
        /// A round-trip time can be measured.
        case roundTrip
        /// The server of the next connection has all subscriptions.
        case subscriptions
        /// The server has all subscriptions again, so interrupted consumers can be informed that messages arrive again.
        case resumption
        /// Everything that the server sent before it answered has arrived.
        case endOfMessages
        /// The old server has answered everything, so this connection can take over.
        case leaving(for: ConnectionMachine.ID)
    }

    let sentAt: NIODeadline
    /// The number of messages handed to the socket before. The PONG confirms them.
    let handedOver: UInt64
    let waiters: [Waiter]
    let purpose: Purpose
}

extension Waiter: Equatable {
    @usableFromInline
    package static func == (one: Waiter, other: Waiter) -> Bool { one === other }
}
