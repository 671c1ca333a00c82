import NIOCore

extension ConnectionMachine {
    /// What happened.
    enum Event {
        // The user. Each may come at any time.
        case start
        case reconnect
        case close
        /// Ends the subscriptions; `ended` is resolved when nothing more can come in.
        case drain(ended: Waiter, hasSubscriptions: Bool)
        /// Nothing more is accepted for publishing; `confirmed` is resolved when everything accepted before is confirmed.
        case finishPublishing(confirmed: Waiter, hasBacklog: Bool)
        /// The SUBs of another connection were written to this one.
        case subscriptionsAdopted

        // Sockets.
        /// TCP is connected.
        case opened(ID)
        /// A step of the handshake that the driver takes by itself.
        case progressed(ID, HandshakeProgress)
        /// The peer broke the protocol, or the socket failed, and is to be closed.
        case failed(ID, NATSError)
        /// The socket is gone, or could not be made.
        case closed(ID, NATSError)
        /// The socket has taken the published frames.
        case framesWritten(ID)

        // The server. Each may come at any time.
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
        /// The deadline of a step of a move, the overlap, or the wait before another attempt to move.
        case migration
    }

    /// What to do about it.
    enum Action: Equatable {
        /// Why a connection is made.
        enum Purpose: Equatable {
            case attempt(Int)
            case migration
        }

        case set(Timer, NIODeadline)
        case cancel(Timer)

        // Connecting.
        /// Connect to the next address of the list.
        case dial(ID, Purpose)
        /// Begin the TLS handshake.
        case secure(ID)
        /// Send CONNECT and PING, behind the TLS handshake where it comes after INFO.
        case introduce(ID)
        case showProgress(HandshakeProgress)
        case showServer(ID)
        case updateLimits(ID)
        /// The handshake is complete.
        case connected(ID)
        /// Take published messages for it.
        case openBuffer(ID)
        /// Resume the calls that wait for a connection.
        case resumeCalls

        // Ending.
        /// Close the socket; ``Event/closed(_:_:)`` follows.
        case closeSocket(ID)
        /// Close a connection that is not needed any more, and fail the calls that wait for it.
        case discard(ID, NATSError)
        /// Take no more messages for a connection that is gone.
        case closeBuffer(NATSError)
        /// Settle the accounts of a connection that is gone.
        case settle(ID, lost: UInt64, NATSError)
        case forget(ID)
        case reportDisconnected(NATSError, lost: UInt64)
        case reportRetry(attempt: Int, delay: Duration, NATSError)
        /// Nothing more will happen.
        case finish

        // Moving to another server.
        case reportLameDuck
        /// The next connection becomes the current one, which is closed if there still is one.
        case promote(ID)
        /// Its handshake goes on in place of a new attempt.
        case adopted(ID, attempt: Int, NATSError)
        /// `because` says why the old connection is gone; nil if it was left.
        case moved(ID, lost: UInt64, duplicates: UInt64, because: NATSError?)
        case reportMoveFailed(NATSError, duplicates: UInt64)

        // Subscriptions.
        case sendSubscriptions(ID)
        case sendUnsubscribes(ID)
        /// As ``sendUnsubscribes(_:)``, without the inbox of requests.
        case endSubscriptions(ID)
        case resumeSubscriptions
        case interruptSubscriptions(NATSError, silenceOf: ID)
        case reportGap(NATSError, silenceOf: ID)

        // Confirmation.
        /// Write a PING. The machine remembers what its PONG means.
        case ping(ID)
        /// The oldest PING is answered.
        case answered(ID, roundTrip: Duration?)
        case resolve([Waiter], NATSError?)
        /// Ask for a PING behind the messages that wait in the buffer.
        case requestFlush(Waiter)
        case reportServerError(ID, ServerError, PermissionViolation?)
        case showPingMisses(Int)

        /// Write what there is to write.
        case flush
        /// The socket has taken the frames. Publishers that wait for space may go on, unless the next frames are being written.
        case freeSpace
        case reportForbidden(String)
    }

    /// What happens to the messages of one read.
    enum Delivery {
        case deliver
        /// The server cannot know the subscriptions yet, so the messages are not meant for this client.
        case discard
        /// The connection is not needed any more.
        case ignore
    }
}

/// A PING under way and what its PONG means.
struct ExpectedPong {
    enum Purpose: Equatable {
        /// Its time is measured.
        case roundTrip
        /// The server of the next connection knows all subscriptions.
        case subscriptions
        /// The server knows all subscriptions again, and consumers that were told of an interruption hear that it is over.
        case resumption
        /// The old server has answered everything, and this connection can take over.
        case leaving(for: ConnectionMachine.ID)
    }

    let sentAt: NIODeadline
    /// Everything handed to the socket up to here is confirmed.
    let handedOver: UInt64
    let waiters: [Waiter]
    let purpose: Purpose
}

extension Waiter: Equatable {
    package static func == (one: Waiter, other: Waiter) -> Bool { one === other }
}
