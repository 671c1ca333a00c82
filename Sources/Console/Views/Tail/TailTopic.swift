import TerminalUI

/// The topic of the selected message, beside the message.
struct TailTopic: Sendable {
    /// The row of the topic in the snapshot; nil if the topic has none.
    private let row: Int?
    private let made: Version
    var detail: DetailState<[UInt8]>
    /// Whether the arrow keys move in it.
    var isFocused: Bool

    /// What the row and the lines depend on. They are made at most once a second for a topic, because a busy tail has many frames.
    private struct Version: Sendable, Hashable {
        let topic: [UInt8]
        let width: Int
        let second: Int64
    }

    /// Finds the topic. Usually the entry has its row. If the row has moved since, 100,000 topics are searched, at most once a second
    /// for a topic.
    /// - Parameters:
    ///   - size: The size of the details.
    ///   - before: The topic of the last frame.
    init?(_ entry: TailEntry?, _ data: DashboardData, size: Size, before: TailTopic?) {
        guard let entry else { return nil }
        let topics = data.traffic.topics
        func isRow(_ row: Int) -> Bool { topics.indices.contains(row) && topics[row].bytes.elementsEqual(entry.topic) }
        made = Version(topic: Array(entry.topic), width: size.width, second: data.now.uptime.components.seconds)
        isFocused = before?.isFocused ?? false
        detail = before?.detail ?? DetailState()
        if let before, before.made == made, before.row.map(isRow) ?? true {
            row = before.row
            detail.refresh(made.topic, detail.lines, height: size.height)
            return
        }
        if let known = [entry.row, before?.row].compactMap(\.self).first(where: isRow) {
            row = known
        } else {
            // A reply was counted, but not as a topic. A busy tail can have another reply in each frame.
            let isReply = entry.ordinal > 0 && entry.row == nil
            row = isReply ? nil : data.traffic.row(of: entry.topic)
        }
        let lines =
            row.map { TopicDetail($0, data).lines(width: size.width, showsMessage: false) }
            ?? Self.lines(withoutRow: entry, data, width: size.width)
        detail.refresh(made.topic, lines, height: size.height)
    }

    /// Returns what is known about a subject without a row in the table of topics.
    private static func lines(withoutRow entry: TailEntry, _ data: DashboardData, width: Int) -> [StyledLine] {
        var text = DetailText(width: width)
        text.title(TailColumn.topic(entry))
        text.add(
            "cluster",
            data.deployment.clusterName(entry.cluster),
            .cluster(entry.cluster),
            jump: .cluster(entry.cluster)
        )
        text.add(TopicSubscribers(Array(entry.topic), data))
        text.note("The subject is not counted separately: it is a reply, a system message, or a topic with few messages.")
        return text.lines
    }
}

extension DetailText {
    /// Adds the subscribers of a topic.
    mutating func add(_ subscribers: TopicSubscribers) {
        for (index, subscriber) in subscribers.lines.enumerated() {
            add(index == 0 ? "subscribers" : "", subscriber.text, jump: subscriber.jump)
        }
    }
}
