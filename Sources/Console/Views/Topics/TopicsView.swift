import Settings
import TerminalUI

/// `2` opens the list or the tree of all known topics with their owners and traffic.
struct TopicsView: ConsoleView {
    static let opening = KeyAction.topics
    static let title: SafeText = "Topics"
    static let scope = KeyAction.Scope.topics
    static let actions: [(action: KeyAction, label: SafeText)] = [
        (.open, "detail"), (.tree, "tree"), (.sortColumn, "sort"), (.invertSort, "invert"), (.nextPane, "pane"),
        (.right, "open a branch"), (.left, "close a branch"),
    ]
    func hints(_ data: DashboardData) -> [(action: KeyAction, label: SafeText)] {
        if let hints = parts.detailHints { return hints }
        var hints = Self.actions
        guard tree == nil else {
            hints[1].label = "list"
            return hints
        }
        hints.removeAll { $0.action == .right || $0.action == .left }
        if let index = list.index, let row = lines.replyRow(at: index, data.traffic) {
            let isShown = lines.subject(at: index) != nil || lines.isUnfolded(row, data.traffic)
            hints.insert(isShown ? (.left, "fold") : (.right, "unfold"), at: 1)
        }
        return hints
    }

    static var sortNames: [String] { TopicColumn.sortable.compactMap(\.definition.sorting?.name) }

    var filter = ""
    private(set) var sort = TopicSort()
    /// The list. Rows are identified by serial number, so that the selection stays on its topic when the order changes.
    private(set) var list = ListState<Int>()
    /// The rows of the snapshot to show, sorted.
    private(set) var order: [Int] = []
    /// The rows of the list.
    private(set) var lines = TopicLines()
    /// The tree; nil while the list is shown.
    private(set) var tree: TopicTree?
    /// The lines of the tree.
    private(set) var branches = ListState<Int>()
    private(set) var parts = ListDetail<Int>(showsDetail: false)
    private var orders = TopicOrder()
    private var height = 1
    private var ordered: OrderKey?

    /// The inputs that ``order`` was computed from. Sorting 100,000 rows for each key press would be too slow.
    private struct OrderKey: Sendable, Hashable {
        let snapshot: Int
        let sort: TopicSort
        let filter: [UInt8]
    }

    // MARK: Keys

    mutating func handle(_ action: KeyAction, _ data: inout DashboardData) -> ViewResponse {
        if tree != nil, parts.focus == .list, handleInTree(action) { return .handled }
        if tree == nil, parts.focus == .list, fold(action, data) { return .handled }
        if let jump = parts.jump(for: action) { return .follow(jump) }
        if parts.handle(action) { return .handled }
        switch action {
        case .tree: if tree == nil { showTree(data) } else { showList(data) }
        case .sortColumn: sort.moveToNextColumn()
        case .invertSort: sort.isDescending.toggle()
        default: return move(action, data) ? .handled : .ignored
        }
        return .handled
    }

    mutating func sort(by name: String) {
        if let column = TopicColumn.sortable.first(where: { $0.definition.sorting?.name == name }) { sort.sort(by: column) }
    }

    private mutating func move(_ action: KeyAction, _ data: DashboardData) -> Bool {
        if let tree { return branches.handle(action, in: tree.lines.lazy.map(\.id), height: height) }
        return list.handle(action, in: lines.ids(data.traffic), height: height)
    }

    mutating func select(row: Int, _ data: DashboardData) -> Bool {
        if let tree { return branches.select(position: row, in: tree.lines.map(\.id), height: height) }
        return list.select(position: row, in: lines.ids(data.traffic), height: height)
    }

    mutating func focus(pane: Int) { parts.focus(pane == 1 ? .detail : .list) }

    // MARK: Tree

    private mutating func showTree(_ data: DashboardData) {
        var tree = TopicTree()
        tree.update(data.traffic, shown: order, sort)
        // The same topic stays selected.
        if let row = selectedRow(data), let node = tree.node(ofRow: row) {
            tree.reveal(node)
            branches.select(node)
        }
        self.tree = tree
        ordered = nil
    }

    private mutating func showList(_ data: DashboardData) {
        if let row = selectedRow(data) { list.select(data.traffic.topics[row].serial) }
        tree = nil
        branches.reset()
        ordered = nil
    }

    /// Handles actions in the tree. Right expands a branch or moves into it. Left collapses a branch or moves to its parent.
    /// Enter expands or collapses a branch.
    private mutating func handleInTree(_ action: KeyAction) -> Bool {
        guard let index = branches.index, let line = tree?.lines.indices.contains(index) == true ? tree?.lines[index] : nil
        else { return false }
        switch action {
        case .right where line.hidden > 0, .open where line.hidden > 0: tree?.showMore(of: line.id)
        case .right where line.isBranch && !line.isExpanded: tree?.expand(line.id)
        case .right where line.isBranch:
            if let tree { branches.move(by: 1, in: tree.lines.map(\.id), height: height) }
        case .left where line.isBranch && line.isExpanded: tree?.collapse(line.id)
        case .left: if let parent = tree?.parent(of: line.id) { branches.select(parent) }
        case .open where line.isBranch && tree?.row(of: line.id) == nil:
            if line.isExpanded { tree?.collapse(line.id) } else { tree?.expand(line.id) }
        default: return false
        }
        ordered = nil
        return true
    }

    // MARK: Selection

    func selectedTopic(_ data: DashboardData) -> String? {
        guard let row = selectedRow(data), !data.traffic.topics[row].isReplies else { return nil }
        return String(validating: data.traffic.topics[row].bytes, as: UTF8.self)
    }

    /// Returns the row of the selected topic.
    func selectedRow(_ data: DashboardData) -> Int? {
        var row: Int?
        if let tree {
            row = branches.selection.flatMap { tree.row(of: $0) }
        } else if let index = list.index, lines.all.indices.contains(index) {
            row = lines.all[index]
        }
        return row.flatMap { data.traffic.topics.indices.contains($0) ? $0 : nil }
    }

    // MARK: Rows

    /// Requests the subscriptions, because the view also shows topics that servers list.
    func monitoringWish(_ data: DashboardData) -> ServerMonitoring.Wish? { .subscriptions }

    mutating func refresh(_ data: DashboardData, size: Size) {
        let key = OrderKey(snapshot: data.traffic.id, sort: sort, filter: Array(filter.utf8))
        let isChanged = key != ordered
        if isChanged {
            if tree == nil {
                order = orders.rows(of: data.traffic, sort, filter: filter)
            } else {
                // Updated in place, because a copy of the tree would cost more than its update.
                order = orders.matchingRows(of: data.traffic, filter: filter)
                tree?.update(data.traffic, shown: order, sort, keeping: branches.selection)
            }
            ordered = key
        }
        if tree == nil { lines.update(order, data.traffic, isChanged: isChanged) }
        parts.refresh(size: size)
        let layout = parts.layout(in: Rect(size))
        height = max(1, ListPane(layout.list, footerRows: 1).rows)
        if let tree {
            branches.update(tree.lines.lazy.map(\.id), height: height)
        } else {
            list.update(lines.ids(data.traffic), height: height)
        }
        parts.refresh(
            selected: tree == nil ? list.selection : selectedRow(data).map { data.traffic.topics[$0].serial },
            lines: detail(data, width: Pane(layout.detail).inside.width)
        )
    }

    /// Returns the details of the selected topic or branch.
    func detail(_ data: DashboardData, width: Int) -> [StyledLine] {
        guard width > 0 else { return [] }
        guard let row = selectedRow(data) else {
            return tree == nil ? subjectDetail(data, width: width) : branchDetail(data, width: width)
        }
        return TopicDetail(row, data).lines(width: width)
    }

    private func branchDetail(_ data: DashboardData, width: Int) -> [StyledLine] {
        guard let tree, let node = branches.selection, tree.sum(of: node).rows > 0 else { return [] }
        let sum = tree.sum(of: node)
        var text = DetailText(width: width)
        text.title(tree.name(of: node))
        text.add("topics", "\(sum.topics) below it")
        text.add("owner", sum.owner.map { data.deployment.clusterName($0) } ?? "several clusters")
        text.add("in", .rate(Double(sum.rateIn)))
        text.add("out", .rate(Double(sum.rateOut)))
        text.add("bytes", .byteRate(Double(sum.byteRate)))
        text.add("messages", "\(sum.messages)")
        return text.lines
    }
}

// MARK: - Folding

extension TopicsView {
    /// Handles left and right at rows of replies: right shows their subjects, left hides them.
    private mutating func fold(_ action: KeyAction, _ data: DashboardData) -> Bool {
        guard let index = list.index, let row = lines.replyRow(at: index, data.traffic) else { return false }
        let serial = data.traffic.topics[row].serial
        let isSubject = lines.subject(at: index) != nil
        switch action {
        case .right where !isSubject: lines.unfold(serial, true)
        case .left where isSubject: list.select(serial)
        case .left: lines.unfold(serial, false)
        default: return false
        }
        return true
    }

    /// Returns the details of a subject below its row.
    private func subjectDetail(_ data: DashboardData, width: Int) -> [StyledLine] {
        guard let subject = list.index.flatMap({ lines.subject(at: $0) }), data.traffic.topics.indices.contains(subject.row)
        else { return [] }
        var text = DetailText(width: width)
        text.title(SafeText(untrustedBytes: subject.entry.subject, maximumBytes: 512))
        text.add("counted in", data.traffic.topics[subject.row].name)
        text.add("cluster", data.deployment.clusterName(data.traffic.topics[subject.row].owner))
        text.add("messages", "\(subject.entry.messages)")
        let age = max(0, data.now.uptime.inSeconds - subject.entry.last)
        text.add("last", "\(SafeText.duration(.seconds(age.rounded()))) ago")
        return text.lines
    }
}
