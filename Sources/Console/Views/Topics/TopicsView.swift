import Settings
import TerminalUI

/// `2`: every topic known, who owns it and what flows through it.
struct TopicsView: ConsoleView {
    static let opening = KeyAction.topics
    static let title: SafeText = "Topics"
    static let scope = KeyAction.Scope.topics
    static let actions: [(action: KeyAction, label: SafeText)] = [
        (.open, "detail"), (.sortColumn, "sort"), (.invertSort, "invert"),
    ]

    var filter = ""
    private(set) var sort = TopicSort()
    /// Selected by serial number, so that it stays on its topic however the table is sorted.
    private(set) var list = ListState<Int>()
    /// The rows of the snapshot that are shown, in order.
    private(set) var order: [Int] = []
    private(set) var showsDetail = false
    private var height = 1
    private var ordered: OrderKey?

    /// What the order was made from: sorting 100,000 rows for each key pressed would be felt.
    private struct OrderKey: Sendable, Hashable {
        let snapshot: Int
        let sort: TopicSort
        let filter: [UInt8]
    }

    // MARK: Keys

    mutating func handle(_ action: KeyAction, _ data: inout DashboardData) -> ViewResponse {
        let ids = serials(data)
        if list.handle(action, in: ids, height: height) { return .handled }
        switch action {
        case .open: showsDetail.toggle()
        case .back:
            guard showsDetail else { return .ignored }
            showsDetail = false
        case .sortColumn: sort.moveToNextColumn()
        case .invertSort: sort.isDescending.toggle()
        default: return .ignored
        }
        return .handled
    }

    mutating func select(row: Int, _ data: DashboardData) -> Bool {
        list.select(position: row, in: serials(data), height: height)
    }

    func selectedTopic(_ data: DashboardData) -> String? {
        guard let row = selectedRow(data) else { return nil }
        return String(validating: data.traffic.topics[row].bytes, as: UTF8.self)
    }

    /// The row of the selected topic.
    func selectedRow(_ data: DashboardData) -> Int? {
        guard let index = list.index, order.indices.contains(index) else { return nil }
        let row = order[index]
        return data.traffic.topics.indices.contains(row) ? row : nil
    }

    // MARK: Rows

    mutating func refresh(_ data: DashboardData, size: Size) {
        let key = OrderKey(snapshot: data.traffic.id, sort: sort, filter: Array(filter.utf8))
        if key != ordered {
            order = sort.order(of: data.traffic, filter: filter)
            ordered = key
        }
        height = max(1, TopicsLayout(Rect(size), showsDetail: showsDetail).tableRows)
        list.update(serials(data), height: height)
    }

    private func serials(_ data: DashboardData) -> LazyMapCollection<[Int], Int> {
        let topics = data.traffic.topics
        // Rows may be gone from a snapshot that is newer than the order; they are out of sight until the next refresh.
        return order.lazy.map { topics.indices.contains($0) ? topics[$0].serial : 0 }
    }
}

/// How table and detail share the screen.
struct TopicsLayout {
    let table: Rect
    let detail: Rect
    /// Rows for topics, without frame, header and totals.
    let tableRows: Int

    init(_ rect: Rect, showsDetail: Bool) {
        if !showsDetail {
            (table, detail) = (rect, .zero)
        } else if rect.width >= 110 {
            let parts = Layout(.horizontal, [.fill(3), .fill(2)]).split(rect)
            (table, detail) = (parts[0], parts[1])
        } else if rect.height >= 16 {
            let parts = Layout(.vertical, [.fill(), .fill()]).split(rect)
            (table, detail) = (parts[0], parts[1])
        } else {
            (table, detail) = (.zero, rect)
        }
        tableRows = max(0, table.height - 4)
    }
}
