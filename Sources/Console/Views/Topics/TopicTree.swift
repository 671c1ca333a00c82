import TerminalUI

/// The topics as a tree by their dots, each branch with the sums of what is below it.
///
/// Built step by step: branches stay where they are, and a snapshot adds only topics that are new. Sums are worked out
/// anew for each snapshot, in one pass from the leaves to the root.
struct TopicTree: Sendable {
    /// Dots beyond these are part of the last name, so that no topic can make more than so many branches.
    static let maximumDepth = 12
    /// Topics that may be gone before the tree is built anew without them.
    private static let spare = 10_000

    /// What is counted of a branch and everything below it.
    struct Sum: Sendable {
        var topics = 0
        var rateIn: Float = 0
        var rateOut: Float = 0
        var byteRate: Float = 0
        var messages: UInt64 = 0
        var lastMessage = -1.0
        var origins: TopicOrigins = []
        /// The cluster that owns all of it; nil for several.
        var owner: Int?

        fileprivate mutating func add(_ other: Sum) {
            guard other.topics > 0 else { return }
            owner = topics == 0 || owner == other.owner ? other.owner : nil
            topics += other.topics
            rateIn += other.rateIn
            rateOut += other.rateOut
            byteRate += other.byteRate
            messages += other.messages
            lastMessage = max(lastMessage, other.lastMessage)
            origins.formUnion(other.origins)
        }
    }

    /// One row of the tree as it is shown.
    struct Line: Sendable, Identifiable {
        /// The branch, which stays the same.
        let id: Int
        let depth: Int
        let isExpanded: Bool
        /// Whether something is below it.
        let isBranch: Bool
    }

    private struct Node: Sendable {
        /// A part of a topic that is held anyway, so that no name costs memory of its own.
        let name: ByteRange
        let parent: Int
        let depth: Int
        /// Another node with the same key; negative for none.
        let next: Int
        var children: [Int] = []
        /// The row of the topic that ends here.
        var row = -1
    }

    private var nodes = [Node(name: ByteRange([], 0..<0), parent: -1, depth: -1, next: -1)]
    /// The newest node of each key: a hash of its name and its parent.
    private var index: [UInt64: Int] = [:]
    private var sums: [Sum] = []
    /// The node of each row, and the topic it had.
    private var nodeOfRow: [Int] = []
    private var serials: [Int] = []
    private var expanded: Set<Int> = []
    /// Topics that are gone since the tree was built; their branches are still there, with nothing to show.
    private var gone = 0

    private(set) var lines: [Line] = []

    // MARK: Reading

    func name(of node: Int) -> SafeText { SafeText(untrustedBytes: nodes[node].name.bytes, maximumBytes: 512) }

    func sum(of node: Int) -> Sum { sums.indices.contains(node) ? sums[node] : Sum() }

    /// The row of the topic that ends at a node.
    func row(of node: Int) -> Int? { nodes.indices.contains(node) && nodes[node].row >= 0 ? nodes[node].row : nil }

    func parent(of node: Int) -> Int? { nodes.indices.contains(node) && nodes[node].parent > 0 ? nodes[node].parent : nil }

    /// The node of a row.
    func node(ofRow row: Int) -> Int? { nodeOfRow.indices.contains(row) ? nodeOfRow[row] : nil }

    /// Branches and topics that are held, also those with nothing to show.
    var nodeCount: Int { nodes.count }

    // MARK: Opening

    mutating func expand(_ node: Int) { expanded.insert(node) }
    mutating func collapse(_ node: Int) { expanded.remove(node) }

    /// Opens everything above a node.
    mutating func reveal(_ node: Int) {
        var node = parent(of: node)
        while let current = node {
            expanded.insert(current)
            node = parent(of: current)
        }
    }

    // MARK: Building

    /// Takes a snapshot in.
    /// - Parameter shown: The rows that the filter lets through; the rest counts nowhere.
    /// - Returns: The new numbers of those that are still there, where the tree had to be built anew.
    @discardableResult
    mutating func update(_ traffic: TrafficSnapshot, shown: [Int], _ sort: TopicSort) -> [Int: Int]? {
        insertNew(traffic)
        var moved: [Int: Int]?
        if gone > max(Self.spare, serials.count) { moved = rebuild(traffic) }
        addUp(traffic, shown)
        lines.removeAll(keepingCapacity: true)
        addLines(below: 0, sort)
        return moved
    }

    /// Builds the tree anew from what is still there.
    private mutating func rebuild(_ traffic: TrafficSnapshot) -> [Int: Int] {
        var new = TopicTree()
        new.insertNew(traffic)
        var moved = [0: 0]
        // Those above have lower numbers, so each is seen after the one that it belongs to.
        for node in nodes.indices.dropFirst() {
            guard let parent = moved[nodes[node].parent] else { continue }
            let name = nodes[node].name
            moved[node] = new.find(name, below: parent, key: name.hash(seed: parent))
        }
        new.expanded = Set(expanded.compactMap { moved[$0] })
        self = new
        return moved
    }

    private mutating func insertNew(_ traffic: TrafficSnapshot) {
        for row in traffic.topics.indices {
            let topic = traffic.topics[row]
            if row < serials.count {
                guard serials[row] != topic.serial else { continue }
                if nodes[nodeOfRow[row]].row == row { nodes[nodeOfRow[row]].row = -1 }
                gone += 1
            } else {
                serials.append(0)
                nodeOfRow.append(0)
            }
            let node = insert(topic.bytes)
            nodes[node].row = row
            (serials[row], nodeOfRow[row]) = (topic.serial, node)
        }
    }

    private mutating func insert(_ topic: [UInt8]) -> Int {
        var (node, start, depth) = (0, 0, 0)
        while start <= topic.count {
            var end = topic.count
            if depth < Self.maximumDepth - 1 { end = topic[start...].firstIndex(of: UInt8(ascii: ".")) ?? end }
            node = child(ByteRange(topic, start..<end), of: node, depth: depth)
            (start, depth) = (end + 1, depth + 1)
        }
        return node
    }

    private mutating func child(_ name: ByteRange, of parent: Int, depth: Int) -> Int {
        let key = name.hash(seed: parent)
        if let known = find(name, below: parent, key: key) { return known }
        let node = nodes.count
        nodes.append(Node(name: name, parent: parent, depth: depth, next: index[key] ?? -1))
        nodes[parent].children.append(node)
        index[key] = node
        return node
    }

    private func find(_ name: ByteRange, below parent: Int, key: UInt64) -> Int? {
        var node = index[key] ?? -1
        while node >= 0 {
            if nodes[node].parent == parent, nodes[node].name.order(to: name) == 0 { return node }
            node = nodes[node].next
        }
        return nil
    }

    /// Children have higher numbers than their parents, so one pass backwards adds everything up.
    private mutating func addUp(_ traffic: TrafficSnapshot, _ shown: [Int]) {
        sums = Array(repeating: Sum(), count: nodes.count)
        for row in shown {
            let counters = traffic.counters[row]
            sums[nodeOfRow[row]].add(
                Sum(
                    topics: 1,
                    rateIn: counters.rateIn,
                    rateOut: counters.rateOut,
                    byteRate: counters.byteRate,
                    messages: counters.messages,
                    lastMessage: counters.lastMessage,
                    origins: counters.origins,
                    owner: traffic.topics[row].owner
                )
            )
        }
        for node in nodes.indices.dropFirst().reversed() { sums[nodes[node].parent].add(sums[node]) }
    }

    private mutating func addLines(below node: Int, _ sort: TopicSort) {
        var children: [(key: Double, node: Int)] = []
        for child in nodes[node].children where sums[child].topics > 0 { children.append((sort.key(sums[child]), child)) }
        children.sort { one, other in
            if one.key != other.key { return (one.key < other.key) != sort.isDescending }
            let order = nodes[one.node].name.order(to: nodes[other.node].name)
            return sort.column == .topic && sort.isDescending ? order > 0 : order < 0
        }
        for (_, child) in children {
            let isExpanded = expanded.contains(child)
            let isBranch = nodes[child].children.contains { sums[$0].topics > 0 }
            lines.append(Line(id: child, depth: nodes[child].depth, isExpanded: isExpanded, isBranch: isBranch))
            if isExpanded, isBranch { addLines(below: child, sort) }
        }
    }
}

extension TopicSort {
    /// The figure of a branch.
    fileprivate func key(_ sum: TopicTree.Sum) -> Double {
        switch column {
        case .topic: 0
        case .owner: Double(sum.owner ?? -1)
        case .rateIn: Double(sum.rateIn)
        case .rateOut: Double(sum.rateOut)
        case .byteRate: Double(sum.byteRate)
        case .total: Double(sum.messages)
        case .age: sum.lastMessage
        }
    }
}
