import NATSWire
import NIOCore

/// Handling the data of one read of a socket.
extension ConnectionDriver {
    func received(_ burst: InboundBurst, on connection: ServerConnection) {
        let delivery = delivery(of: burst.messages, on: connection)
        guard delivery != .ignore else { return }
        connection.lastReceived = clock.now()
        let (bytes, messages) = (UInt64(burst.bytes), UInt64(burst.messages))
        let isCurrent = connection === self.connection
        status.update { values in
            values.bytesIn &+= bytes
            values.messagesIn &+= messages
            guard isCurrent else { return }
            values.pingMisses = 0
            if values.state == .stale { values.state = .connected }
        }
        for entry in burst.touched { if delivery == .deliver { handOut(entry) } else { entry.discardBatch() } }
        if connection.info == nil { connection.hasMoreThanInfo = burst.hasMoreThanInfo }
        for operation in burst.operations {
            // An operation can end the connection. Ignore the operations after it.
            guard isInUse(connection) else { return }
            handle(operation, on: connection)
        }
        scheduleFlush(of: connection)
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
