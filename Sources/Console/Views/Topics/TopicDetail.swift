import Operations
import Roulette
import Settings
import TerminalUI

/// All details of one topic.
struct TopicDetail {
    private let row: Int
    private let data: DashboardData

    init(_ row: Int, _ data: DashboardData) {
        self.row = row
        self.data = data
    }

    /// Returns the details in rows of at most `width` columns.
    /// - Parameter showsMessage: Whether the newest message of the topic is included.
    func lines(width: Int, showsMessage: Bool = true) -> [StyledLine] {
        let topic = data.traffic.topics[row]
        let counters = data.traffic.counters[row]
        var text = DetailText(width: width)
        text.title(topic.name)
        let role = ThemeRole.cluster(topic.owner)
        if topic.isReplies {
            text.note(topic.kindNote)
            text.add("cluster", data.deployment.clusterName(topic.owner), role, jump: .cluster(topic.owner))
        } else {
            text.add("hash", SafeText(number: topic.hash))
            text.add("owner", data.deployment.clusterName(topic.owner), role, jump: .cluster(topic.owner))
            if data.clusters.count > 1 { text.add("then", names(successors(topic))) }
            addConnections(topic, to: &text)
        }
        let seen = counters.clustersSeen.clusters(of: data.clusters.count)
        if topic.isMisplaced(counters) {
            text.add("seen on", names(seen) + ": another publisher uses a different ring", .severityWarn)
            for line in misrouted(topic, counters) { text.add("", line, .severityWarn) }
        } else if !seen.isEmpty, !topic.isReplies {
            text.add("seen on", names(seen))
        }
        let received: SafeText = "\(SafeText.counted(counters.messagesIn, "message")), \(SafeText.bytes(counters.bytesIn))"
        text.add("in", "\(SafeText.rate(Double(counters.rateIn))), \(received)")
        text.add("out", "\(SafeText.rate(Double(counters.rateOut))), \(SafeText.counted(counters.messagesOut, "message"))")
        let byteRate = SafeText.byteRate(Double(counters.byteRate))
        text.add("bytes", "\(byteRate) in and out: topic, reply, headers and payload")
        text.add("known from", counters.origins.isEmpty ? "an earlier subscription" : counters.origins.sentence)
        guard !topic.isReplies else { return text.lines }
        text.add(TopicSubscribers(topic.bytes, data))
        if showsMessage { addLastMessage(topic, counters, to: &text, width: width) }
        return text.lines
    }

    /// Adds the connections that carry the topic while they are up.
    private func addConnections(_ topic: TopicIdentity, to text: inout DetailText) {
        guard data.clusters.indices.contains(topic.owner) else { return }
        let connections = data.clusters[topic.owner].connections
        for role in [ConnectionRole.publisher, .subscriber] {
            let pool = connections.filter { $0.id.role == role }
            guard !pool.isEmpty else { continue }
            let row = pool[TopicSlot.index(hash: topic.hash, slots: pool.count)]
            let server: SafeText = row.serverName.map { " to \($0)" } ?? .empty
            text.add(
                role == .publisher ? "sent on" : "received on",
                row.label + server,
                row.isUp ? .text : .statusDown,
                jump: .connection(row.id)
            )
        }
    }

    /// How many messages came from each cluster that does not own the topic, since when, and who could have sent them.
    private func misrouted(_ topic: TopicIdentity, _ counters: TopicCounters) -> [SafeText] {
        let clusters = counters.clustersSeen.clusters(of: data.clusters.count)
        let counts = data.traffic.misrouted.counts(of: topic.serial, from: clusters)
        return counts.map { cluster, count in
            let share = SafeText.percent(Double(count.messages) / Double(max(1, counters.messagesIn)))
            let since = SafeText.duration(.seconds(max(0, data.now.uptime / .seconds(1) - count.first)))
            let text: SafeText =
                "\(count.messages) of \(SafeText.counted(counters.messagesIn, "message")) (\(share)) came from \(data.deployment.clusterName(cluster)), "
                + "since \(since)"
            let programs = (data.fleet.fleet?.programs ?? []).filter { $0.couldMisroute(to: cluster) }
            guard !programs.isEmpty else { return text }
            let rest: SafeText = programs.count > 4 ? " or \(programs.count - 4) more" : ""
            return text + "; possible senders: " + programs.prefix(4).map(\.label).joined(separator: ", ") + rest
        }
    }

    private func successors(_ topic: TopicIdentity) -> [Int] {
        let ring = data.deployment.ring
        return Array(topic.bytes.withUnsafeBytes { ring.successors(ofBytes: $0, count: data.clusters.count) }.dropFirst())
    }

    private func names(_ clusters: [Int]) -> SafeText {
        clusters.map { data.deployment.clusterName($0) }.joined(separator: ", ")
    }

    /// Adds the headers and the payload of the newest message of the topic in the tail. It may not be the last message, because
    /// the tail keeps only a sample of more than a thousand messages per second.
    private func addLastMessage(_ topic: TopicIdentity, _ counters: TopicCounters, to text: inout DetailText, width: Int) {
        guard let entry = data.tail.entries.last(where: { $0.topic.elementsEqual(topic.bytes) }) else { return }
        let time = SafeText.clock(epochMilliseconds: entry.epochMilliseconds, offset: data.now.utcOffset)
        let size = SafeText.bytes(entry.payloadLength)
        if entry.ordinal == 0 || entry.ordinal == counters.messagesIn {
            text.note("last message \(time), \(size)")
        } else if entry.ordinal < counters.messagesIn {
            let newer = counters.messagesIn - entry.ordinal
            text.note("newest message kept \(time), \(size); \(newer) newer not kept")
        } else {
            text.note("newest message kept \(time), \(size)")
        }
        let body = MessageBody(entry, format: .text, width: width, wraps: true)
        text.add(body.lines.prefix(6))
    }
}

extension TopicIdentity {
    /// What a row of replies or system subjects counts.
    fileprivate var kindNote: SafeText {
        let name = String(decoding: bytes, as: UTF8.self)
        if name.hasPrefix("$JS.ACK") {
            return "Acknowledgements to JetStream. Each has its own subject, so they are counted together."
        }
        if name.hasPrefix("$") { return "Subjects of servers and of JetStream, counted together. The ring does not route them." }
        if name.hasPrefix(CanaryStatus.subjectPrefix) { return "Canary messages of all programs, counted together." }
        if name.hasPrefix("_roulette") { return "Messages of this library, counted together." }
        return "Replies to requests. Each has its own subject, so they are counted together."
    }
}

extension TopicOrigins {
    /// The origins of the topic in words.
    fileprivate var sentence: SafeText {
        var words: [SafeText] = []
        if contains(.subscribed) { words.append("a subscription") }
        if contains(.watched) { words.append("a watch") }
        if contains(.published) { words.append("published messages") }
        if contains(.listed) { words.append("the server's list") }
        return words.joined(separator: ", ")
    }
}
