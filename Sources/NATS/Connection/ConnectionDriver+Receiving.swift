import NATSWire
import NIOCore

/// What a read of a socket brought.
extension ConnectionDriver {
    func received(_ burst: InboundBurst, on connection: ServerConnection) {
        guard isCurrent(connection) else { return }
        connection.receivedBytes = true
        connection.lastReceived = clock.now()
        let (bytes, messages) = (UInt64(burst.bytes), UInt64(burst.messages))
        let isCurrentConnection = connection === self.connection
        status.update { values in
            values.bytesIn &+= bytes
            values.messagesIn &+= messages
            guard isCurrentConnection else { return }
            values.pingMisses = 0
            if values.state == .stale { values.state = .connected }
        }
        // The next connection delivers as well from here on, so what still comes from the old server may come twice.
        if isCurrentConnection, migration.isSubscribed { possibleDuplicates &+= messages }
        // Before it knows our subscriptions a server has nothing for them: somebody else wrote that.
        let isSubscribed = isCurrentConnection ? lifecycle.state == .connected : migration.isSubscribed
        for entry in burst.touched { if isSubscribed { handOut(entry) } else { entry.discardBatch() } }
        if connection.info == nil { connection.hasMoreThanInfo = burst.hasMoreThanInfo }
        for operation in burst.operations {
            // An operation can end the connection; what came behind it then means nothing.
            guard isCurrent(connection) else { return }
            handle(operation, on: connection)
        }
        scheduleFlush(of: connection)
    }

    private func isCurrent(_ connection: ServerConnection) -> Bool {
        connection === self.connection || connection === nextConnection
    }

    private func handOut(_ entry: SubscriptionEntry) {
        entry.deliverBatch()
        removeIfUnused(entry)
    }

    private func handle(_ operation: InboundBurst.Operation, on connection: ServerConnection) {
        switch operation {
        case .info(let json): infoReceived(json, on: connection)
        case .ping: if connection.controlWriting.mayAddPong() { FrameEncoder.pong(into: &connection.control) }
        case .pong: pongReceived(on: connection)
        case .serverError(let text): errorReceived(text, on: connection)
        }
    }
}
