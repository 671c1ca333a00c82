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

extension ListDetailLayout {
    /// The number of rows for messages, without the frame, the header and the counts.
    var listRows: Int { max(1, ListPane(list, footerRows: TailLayout.footerRows(list)).rows) }
    /// The number of rows for the message, without the frame, the first row and, if the list is hidden, the counts.
    var detailRows: Int { max(1, Pane(detail).inside.height - (list.isEmpty ? 2 : 1)) }
    /// The number of columns for the message.
    var detailColumns: Int { max(2, Pane(detail).inside.width) }
}
