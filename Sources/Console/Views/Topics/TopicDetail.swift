import Operations
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
    func lines(width: Int) -> [StyledLine] {
        let topic = data.traffic.topics[row]
        let counters = data.traffic.counters[row]
        var text = DetailText(width: width)
        text.title(topic.name)
        let role = ThemeRole.clusters[topic.owner % ThemeRole.clusters.count]
        if topic.isReplies {
            text.note("Replies to requests. Each has its own subject, so they are counted together.")
            text.add("cluster", data.deployment.clusterName(topic.owner), role)
        } else {
            text.add("hash", SafeText(number: topic.hash))
            text.add("owner", data.deployment.clusterName(topic.owner), role)
            if data.clusters.count > 1 { text.add("then", names(successors(topic))) }
        }
        let seen = data.clusters.indices.filter { counters.clustersSeen & (1 << UInt64(min($0, 63))) != 0 }
        if topic.isMisplaced(counters) {
            text.add("seen on", names(seen) + ": another publisher uses a different ring", .severityWarn)
            for line in misrouted(topic, counters) { text.add("", line, .severityWarn) }
        } else if !seen.isEmpty, !topic.isReplies {
            text.add("seen on", names(seen))
        }
        let received: SafeText = "\(counters.messagesIn) messages, \(SafeText.bytes(counters.bytesIn))"
        text.add("in", "\(SafeText.rate(Double(counters.rateIn))), \(received)")
        text.add("out", "\(SafeText.rate(Double(counters.rateOut))), \(counters.messagesOut) messages")
        text.add("known from", counters.origins.isEmpty ? "an earlier subscription" : counters.origins.sentence)
        guard !topic.isReplies else { return text.lines }
        for (index, subscriber) in TopicSubscribers(topic.bytes, data).lines.enumerated() {
            text.add(index == 0 ? "subscribers" : "", subscriber)
        }
        addLastMessage(topic, counters, to: &text, width: width)
        return text.lines
    }

    /// How many messages came from each cluster that does not own the topic, since when, and who could have sent them.
    private func misrouted(_ topic: TopicIdentity, _ counters: TopicCounters) -> [SafeText] {
        let counts = data.traffic.misrouted.counts(of: topic.serial, clusterCount: data.clusters.count)
        return counts.map { cluster, count in
            let share = SafeText.percent(Double(count.messages) / Double(max(1, counters.messagesIn)))
            let since = SafeText.duration(.seconds(max(0, data.now.uptime / .seconds(1) - count.first)))
            let text: SafeText =
                "\(count.messages) of \(counters.messagesIn) messages (\(share)) came from \(data.deployment.clusterName(cluster)), "
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
        let time = SafeText.clock(epochSeconds: entry.epochSeconds, offset: data.now.utcOffset)
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
