import NATSWire
import NIOCore

/// What a read of a socket brought.
extension ConnectionDriver {
    func received(_ burst: InboundBurst, on link: Link) {
        guard isCurrent(link) else { return }
        link.receivedBytes = true
        link.lastReceived = clock.now()
        let (bytes, messages) = (UInt64(burst.bytes), UInt64(burst.messages))
        let isMainLink = link === self.link
        status.update { values in
            values.bytesIn &+= bytes
            values.messagesIn &+= messages
            guard isMainLink else { return }
            values.pingMisses = 0
            if values.state == .stale { values.state = .connected }
        }
        // The successor delivers as well from here on, so what still comes from the old server may come twice.
        if isMainLink, succession.isSubscribed { possibleDuplicates &+= messages }
        // Before it knows our subscriptions a server has nothing for them: somebody else wrote that.
        let isSubscribed = isMainLink ? lifecycle.state == .connected : succession.isSubscribed
        for entry in burst.touched { if isSubscribed { handOut(entry) } else { entry.discardBatch() } }
        if link.info == nil { link.hasMoreThanInfo = burst.hasMoreThanInfo }
        for operation in burst.operations {
            // An operation can end the connection; what came behind it then means nothing.
            guard isCurrent(link) else { return }
            handle(operation, on: link)
        }
        scheduleFlush(of: link)
    }

    private func isCurrent(_ link: Link) -> Bool { link === self.link || link === successor }

    private func handOut(_ entry: SubscriptionEntry) {
        entry.deliverBatch()
        removeIfUnused(entry)
    }

    private func handle(_ operation: InboundBurst.Operation, on link: Link) {
        switch operation {
        case .info(let json): infoReceived(json, on: link)
        case .ping: if link.controlWriting.mayAddPong() { FrameEncoder.pong(into: &link.control) }
        case .pong: pongReceived(on: link)
        case .serverError(let text): errorReceived(text, on: link)
        }
    }
}
