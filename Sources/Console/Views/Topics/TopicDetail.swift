import Settings
import TerminalUI

/// Everything known about one topic.
struct TopicDetail {
    private let row: Int
    private let data: DashboardData

    init(_ row: Int, _ data: DashboardData) {
        self.row = row
        self.data = data
    }

    /// The detail in rows of at most `width` columns.
    func lines(width: Int) -> [StyledLine] {
        let topic = data.traffic.topics[row]
        let counters = data.traffic.counters[row]
        var lines = StyledLine(topic.name, .title).wrapped(at: width)
        func add(_ label: SafeText, _ value: SafeText, _ role: ThemeRole = .text) {
            var line = StyledLine(label + SafeText(repeating: " ", count: max(1, 12 - label.width)), .muted)
            line.append(value, role)
            lines.append(line)
        }
        add("hash", SafeText(number: topic.hash))
        add("owner", data.deployment.clusterName(topic.owner), ThemeRole.clusters[topic.owner % ThemeRole.clusters.count])
        if data.clusters.count > 1 { add("then", names(successors(topic))) }
        let seen = data.clusters.indices.filter { counters.clustersSeen & (1 << UInt64(min($0, 63))) != 0 }
        if seen.contains(where: { $0 != topic.owner }) {
            add("seen on", names(seen) + ": somebody publishes with another ring", .severityWarn)
        } else if !seen.isEmpty {
            add("seen on", names(seen))
        }
        add(
            "in",
            "\(SafeText.rate(Double(counters.rateIn))), \(counters.messagesIn) messages, \(SafeText.bytes(counters.bytesIn))"
        )
        add("out", "\(SafeText.rate(Double(counters.rateOut))), \(counters.messagesOut) messages")
        add("known by", counters.origins.isEmpty ? "an earlier subscription" : counters.origins.text)
        addLastMessage(topic, to: &lines, width: width)
        return lines
    }

    private func successors(_ topic: TopicIdentity) -> [Int] {
        let ring = data.deployment.ring
        return Array(topic.bytes.withUnsafeBytes { ring.successors(ofBytes: $0, count: data.clusters.count) }.dropFirst())
    }

    private func names(_ clusters: [Int]) -> SafeText {
        clusters.map { data.deployment.clusterName($0) }.joined(separator: ", ")
    }

    /// Headers and payload of the newest message that the tail still has.
    private func addLastMessage(_ topic: TopicIdentity, to lines: inout [StyledLine], width: Int) {
        guard let entry = data.tail.entries.last(where: { $0.topic.elementsEqual(topic.bytes) }) else { return }
        let time = SafeText.clock(epochSeconds: entry.epochSeconds, offset: data.now.utcOffset)
        lines.append(StyledLine("last message \(time), \(SafeText.bytes(entry.payloadLength))", .muted))
        let body = MessageBody(entry, format: .text, width: width, wraps: true)
        lines += body.lines.prefix(6)
    }
}
