import TerminalUI

/// The topic of the selected message, beside the message.
struct TailTopic: Sendable {
    /// The row of the topic in the snapshot.
    private let row: Int
    let lines: [StyledLine]
    private let made: Version
    var detail: DetailState<Int>
    /// Whether the arrow keys move in it.
    var isFocused: Bool

    /// What the lines depend on. They are made at most once a second for a topic, because a busy tail has many frames.
    private struct Version: Sendable, Hashable {
        let serial: Int
        let width: Int
        let second: Int64
    }

    /// Finds the topic. A search among 100,000 topics is made only if the topic or its row has changed.
    /// - Parameters:
    ///   - size: The size of the details.
    ///   - before: The topic of the last frame.
    init?(_ entry: TailEntry?, _ data: DashboardData, size: Size, before: TailTopic?) {
        guard let entry else { return nil }
        let topics = data.traffic.topics
        if let before, topics.indices.contains(before.row), topics[before.row].bytes.elementsEqual(entry.topic) {
            row = before.row
        } else if let found = data.traffic.row(of: entry.topic) {
            row = found
        } else {
            return nil
        }
        made = Version(serial: topics[row].serial, width: size.width, second: data.now.uptime.components.seconds)
        if let before, before.made == made {
            lines = before.lines
        } else {
            lines = TopicDetail(row, data).lines(width: size.width, showsMessage: false)
        }
        isFocused = before?.isFocused ?? false
        detail = before?.detail ?? DetailState()
        detail.refresh(topics[row].serial, lines, height: size.height)
    }
}
