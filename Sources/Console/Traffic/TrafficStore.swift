import ConsistentHashing
import Locking
import Roulette

/// The counts and tail messages that receiving tasks share with the screen. The tasks add batches under one lock each, and the
/// screen takes snapshots.
final class TrafficStore: Sendable {
    private struct State {
        var table: TrafficTable
        var inbox = TailInbox()
        var origins = MessageOrigins()
        /// The time of the newest message in the inbox, in milliseconds since 1970-01-01 00:00 UTC.
        var newest: Int64 = 0
        /// Whether messages arrived since the last snapshot.
        var hasNews = false

        /// Returns the time for a message of the tail. A batch that waited for the lock is not older than the messages before it,
        /// unless the clock was set back.
        mutating func tailTime(_ moment: Moment) -> Moment {
            var moment = moment
            let behind = newest - moment.epochMilliseconds
            if behind > 0, behind < 5_000 {
                (moment.epochSeconds, moment.milliseconds) = newest.quotientAndRemainder(dividingBy: 1000)
            }
            newest = moment.epochMilliseconds
            return moment
        }
    }

    private let state: Mutex<State>
    /// Called by a receiving task for the first message after a snapshot.
    private let onNews: @Sendable () -> Void

    /// - Parameter inboxPrefix: The inbox prefix of the console's own requests.
    init(
        ring: HashRing,
        inboxPrefix: String = "_INBOX",
        capacity: Int = TrafficTable.standardCapacity,
        onNews: @escaping @Sendable () -> Void = {}
    ) {
        state = Mutex(State(table: TrafficTable(ring: ring, inboxPrefix: inboxPrefix, capacity: capacity)))
        self.onNews = onNews
    }

    func add(_ source: TrafficSources.Source) {
        state.withLock { $0.table.add(source) }
    }

    func removeSource(_ id: Int) {
        state.withLock { $0.table.removeSource(id) }
    }

    /// Replaces the listed topics of a server.
    func list(_ topics: [[UInt8]], of cluster: Int) {
        state.withLock { $0.table.list(topics, of: cluster) }
    }

    /// Sets which clusters the connections lead to.
    func set(_ origins: MessageOrigins) {
        state.withLock { $0.origins = origins }
    }

    /// Counts a batch, and keeps messages for the Tail view.
    func receive(_ messages: MessageCollection, from source: Int, at moment: Moment) {
        let connection = ConnectionRow.ID(messages.connectionID)
        let time = moment.uptime.inSeconds
        update { state in
            guard
                let cluster = state.origins.sender(to: connection, coversAll: state.table.coversAllClusters(source))
            else { return }
            let tailTime = state.tailTime(moment)
            for message in messages {
                let reply = message.replyBytes
                let counted = message.withTopicBytes { topic in
                    func receive(_ reply: UnsafeRawBufferPointer?) -> CountedMessage? {
                        state.table.receive(
                            topic: topic,
                            reply: reply,
                            byteCount: message.byteCount,
                            cluster: cluster,
                            source: source,
                            at: time
                        )
                    }
                    return if let reply { reply.withUnsafeReadableBytes(receive) } else { receive(nil) }
                }
                guard let counted else { continue }
                state.inbox.add {
                    var entry = TailEntry(message, of: cluster, at: tailTime)
                    (entry.ordinal, entry.row) = (counted.ordinal, counted.row)
                    return entry
                }
            }
        }
    }

    /// Counts a published message that a cluster accepted.
    func published(topic: String, byteCount: Int, cluster: Int, at moment: Moment) {
        var topic = topic
        topic.withUTF8 { bytes in
            update { state in
                state.table.publish(
                    topic: UnsafeRawBufferPointer(bytes),
                    byteCount: byteCount,
                    cluster: cluster,
                    at: moment.uptime.inSeconds
                )
            }
        }
    }

    private func update(_ body: (inout State) -> Void) {
        let isFirst = state.withLock { state in
            body(&state)
            defer { state.hasNews = true }
            return !state.hasNews
        }
        if isFirst { onNews() }
    }

    /// Returns the messages since the last call, and all counts.
    /// - Parameter samples: Whether to compute the rates, which is done about once a second.
    func collect(at moment: Moment, samples: Bool) -> (traffic: TrafficSnapshot, tail: TailDelivery) {
        state.withLock { state in
            state.hasNews = false
            let time = moment.uptime.inSeconds
            if samples { state.table.sample(at: time) }
            return (state.table.snapshot(), state.inbox.deliver(at: time))
        }
    }
}

extension TailEntry {
    /// Creates a copy of a message from a cluster, which does not keep the read buffer alive.
    init(_ message: Message, of cluster: Int? = nil, at moment: Moment) {
        self.init(
            epochSeconds: moment.epochSeconds,
            milliseconds: moment.milliseconds,
            cluster: cluster ?? message.cluster.index,
            topic: message.topicBytes.readableBytesView,
            reply: message.reply?.utf8,
            headers: message.headerBytes?.readableBytesView,
            payload: message.payload.readableBytesView
        )
    }
}
