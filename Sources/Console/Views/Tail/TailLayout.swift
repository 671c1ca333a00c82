import TerminalUI

/// The areas of the Tail view.
struct TailLayout {
    /// The minimum width of a view with a third column.
    private static let leastWithTopic = 160

    /// The area of the list and the message.
    let main: Rect
    /// The area of the topic of the message; empty if there is too little space.
    let topic: Rect

    init(_ rect: Rect) {
        let width = rect.width >= Self.leastWithTopic && rect.height >= Pane.leastFramed.height ? min(64, rect.width * 3 / 10) : 0
        main = Rect(x: rect.x, y: rect.y, width: rect.width - width, height: rect.height)
        topic = Rect(x: main.right, y: rect.y, width: width, height: rect.height)
    }

    /// The number of rows below the list: the strip, if there is space, and the counts.
    static func footerRows(_ list: Rect) -> Int { list.height >= 12 ? 2 : 1 }
}

/// The topic of the selected message, as a row of the traffic.
struct TailTopic: Sendable {
    let row: Int

    /// Finds the row. A search among 100,000 topics is made only if the topic or its row has changed.
    init?(_ entry: TailEntry?, _ data: DashboardData, before: TailTopic?) {
        guard let entry else { return nil }
        let topics = data.traffic.topics
        if let before, topics.indices.contains(before.row), topics[before.row].bytes.elementsEqual(entry.topic) {
            row = before.row
        } else if let found = data.traffic.row(of: entry.topic) {
            row = found
        } else {
            return nil
        }
    }
}
