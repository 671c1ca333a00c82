import NATSWire
import Settings
import TerminalUI

/// Completes a topic or pattern with earlier answers and with the known topics, the busiest first.
enum TopicCompletion {
    /// The details of a topic: its owner, its messages per second, and the age of its last message.
    private static let columns = [
        CompletionList.Column(importance: 80),
        CompletionList.Column(alignment: .right, importance: 60),
        CompletionList.Column(alignment: .right, importance: 40),
    ]

    /// The maximum number of earlier answers, so that they leave space for the known topics.
    private static let earlierLimit = 10

    /// An earlier answer, or a row of the traffic.
    private enum Candidate {
        case earlier(String)
        case row(Int)
    }

    /// Returns the texts for a field. Reads all known topics, at most ``TrafficTable/standardCapacity``.
    /// - Parameter earlier: The earlier answers, the oldest first.
    static func list(for text: String, earlier: [String] = [], _ data: DashboardData) -> CompletionList {
        let pattern = CompletionPattern(text, allowsWildcards: true)
        let traffic = data.traffic
        var ranking = CompletionRanking<Candidate>(limit: CompletionList.limit, typed: text)
        /// The matching earlier answers, with their rows.
        var asked: [[UInt8]: Int?] = [:]
        for (age, answer) in earlier.reversed().enumerated() where asked.count < earlierLimit {
            var bytes = answer
            bytes.withUTF8 { bytes in
                guard asked[Array(bytes)] == nil, let match = pattern.match(bytes) else { return }
                asked[Array(bytes)] = .some(nil)
                ranking.add(.earlier(answer), match, weight: .max - UInt64(age), text: bytes)
            }
        }
        let isSystem = text.hasPrefix("$") || text.hasPrefix("_")
        for row in traffic.topics.indices {
            let topic = traffic.topics[row]
            guard topic.isRouted || (isSystem && !topic.isReplies) else { continue }
            topic.bytes.withUnsafeBufferPointer { bytes in
                guard let match = pattern.match(bytes), canBeTyped(bytes) else { return }
                if !asked.isEmpty, asked[topic.bytes] != nil {
                    asked[topic.bytes] = row
                    return
                }
                ranking.add(.row(row), match, weight: weight(traffic.counters[row]), text: bytes)
            }
        }
        var list = CompletionList()
        list.rows = ranking.best.compactMap { row($0, pattern, asked, data) }
        list.count = ranking.count
        list.common = ranking.common.flatMap { String(validating: $0, as: UTF8.self) }
        list.columns = columns
        list.acceptsOthers = true
        return list
    }

    /// Returns whether a typed text can be this topic. A field drops control characters, and a topic of `>` would be a pattern.
    static func canBeTyped(_ topic: UnsafeBufferPointer<UInt8>) -> Bool {
        if isPlain(topic) { return true }
        guard let text = String(validating: topic, as: UTF8.self), TextField.keeps(text) else { return false }
        return (try? Subject.pattern(text)).map { !$0.isWildcard } ?? false
    }

    /// Returns whether a topic is short and has only visible ASCII without wildcards, like nearly all topics. This is much faster
    /// than reading it as a pattern.
    private static func isPlain(_ topic: UnsafeBufferPointer<UInt8>) -> Bool {
        guard topic.count <= TextField.standardMaximumBytes else { return false }
        var isAfterDot = true
        for byte in topic {
            let isDot = byte == UInt8(ascii: ".")
            guard byte > 0x20, byte < 0x7F, byte != UInt8(ascii: "*"), byte != UInt8(ascii: ">"), !(isDot && isAfterDot)
            else { return false }
            isAfterDot = isDot
        }
        return !isAfterDot
    }

    /// Returns the rate and then the number of messages as one number. The bits of positive numbers are ordered like the numbers.
    private static func weight(_ counters: TopicCounters) -> UInt64 {
        let rate = UInt64(max(0, counters.rateIn + counters.rateOut).bitPattern)
        return rate << 32 | UInt64(Float(counters.messages).bitPattern)
    }

    private static func row(
        _ candidate: Candidate,
        _ pattern: CompletionPattern,
        _ asked: [[UInt8]: Int?],
        _ data: DashboardData
    ) -> CompletionRow? {
        switch candidate {
        case .earlier(let text):
            var row = CompletionRow(text, pattern)
            let known = asked[Array(text.utf8)] ?? nil
            row.details = [owner(text, data)] + (known.map { figures($0, data) } ?? [.init(text: "earlier", role: .muted)])
            return row
        case .row(let number):
            guard let text = String(validating: data.traffic.topics[number].bytes, as: UTF8.self) else { return nil }
            var row = CompletionRow(text, pattern)
            row.details = [owner(text, data)] + figures(number, data)
            return row
        }
    }

    private static func owner(_ text: String, _ data: DashboardData) -> StyledLine.Span {
        switch TopicRoute(text, on: data.deployment.ring) {
        case .topic(_, let cluster):
            StyledLine.Span(text: data.deployment.clusterName(cluster).truncated(to: 12), role: .cluster(cluster))
        case .pattern: StyledLine.Span(text: data.clusters.count == 1 ? "1 cluster" : "all \(data.clusters.count)", role: .muted)
        case .invalid: StyledLine.Span(text: .empty, role: .muted)
        }
    }

    private static func figures(_ row: Int, _ data: DashboardData) -> [StyledLine.Span] {
        let counters = data.traffic.counters[row]
        let rate = Double(counters.rateIn + counters.rateOut)
        let age = data.now.uptime.inSeconds - counters.lastMessage
        return [
            .init(text: .rate(rate), role: rate > 0 ? .text : .muted),
            .init(text: counters.lastMessage < 0 ? .empty : .duration(.seconds(max(0, age.rounded()))), role: .muted),
        ]
    }
}
