import TerminalUI

/// The topics as a tree, split at their dots. Each branch has the sums of the topics below it.
///
/// The tree is updated in steps, so that a flood of new topics costs a bounded time per update. A snapshot adds new topics,
/// removes old topics with their empty branches, and postpones topics beyond the limit. Sums are computed for each snapshot. Only
/// the first children of an open branch are sorted, and a line shows the number of hidden children.
struct TopicTree: Sendable {
    /// The maximum depth. Further dots are part of the last name, so that a topic creates at most this number of branches.
    static let maximumDepth = 12
    /// The maximum number of topics that one snapshot adds to an existing tree.
    static let step = 10_000
    /// The number of children that are shown initially, and that each call of ``showMore(of:)`` adds.
    static let page = 1_000

    private struct Node: Sendable {
        /// A range of the topic's bytes, so that the name needs no extra memory.
        var name: ByteRange
        var parent: Int
        var depth: Int
        /// The next node with the same key; negative if there is none.
        var next: Int
        /// The position among the children of the parent.
        var position = 0
        var children: [Int] = []
        /// A row whose topic ends here, and the number of such rows. Replies of several clusters have the same name.
        var row = -1
        var rowCount = 0
        /// The number of times that the place was reused, so that an old number never refers to a new branch.
        var generation = 0
    }

    /// The data of a row for the sums, so that the topics are not accessed.
    private struct RowPlace: Sendable {
        /// The node of the topic; 0 if there is none.
        var node: Int32 = 0
        var owner: Int32 = 0
        var isReplies = false
        /// Whether the row still has the topic of the node.
        var isCurrent = false
    }

    private var nodes = [Node(name: ByteRange([], 0..<0), parent: -1, depth: -1, next: -1)]
    /// The places of removed nodes.
    private var free: [Int] = []
    /// The newest node of each key. A key is a hash of the name and the parent.
    private var index: [UInt64: Int] = [:]
    private var sums: [Sum] = []
    /// A compact copy of the parents, because the sums visit them for each topic.
    private var parents: [Int32] = [-1]
    private var places: [RowPlace] = []
    /// The serial number of the topic of each row.
    private var serials: [Int] = []
    private var expanded: Set<Int> = []
    /// The number of shown children, for branches with more than ``page``.
    private var limits: [Int: Int] = [:]

    private(set) var lines: [Line] = []
    /// The number of topics of the last snapshot that are not in the tree yet, because too many were new.
    private(set) var pending = 0

    // MARK: Reading

    /// Returns the number of a node: its place and the generation of the place.
    private func number(_ place: Int) -> Int { nodes[place].generation << 32 | place }

    /// Returns the place of a node; nil if the node was removed.
    private func place(_ number: Int) -> Int? {
        let place = number & 0xFFFF_FFFF
        return number >= 0 && nodes.indices.contains(place) && nodes[place].generation == number >> 32 ? place : nil
    }

    func name(of node: Int) -> SafeText {
        place(node).map { SafeText(untrustedBytes: nodes[$0].name.bytes, maximumBytes: 512) } ?? .empty
    }

    func sum(of node: Int) -> Sum { place(node).flatMap { sums.indices.contains($0) ? sums[$0] : nil } ?? Sum() }

    /// Returns the row of the topic that ends at a node.
    func row(of node: Int) -> Int? { place(node).flatMap { nodes[$0].row >= 0 ? nodes[$0].row : nil } }

    /// Returns the branch of a node, or of the line with the number of hidden children.
    func parent(of node: Int) -> Int? {
        let above = node < 0 ? place(-1 - node) : place(node).map { nodes[$0].parent }
        return above.flatMap { $0 > 0 ? number($0) : nil }
    }

    /// Returns the node of a row.
    func node(ofRow row: Int) -> Int? {
        places.indices.contains(row) && places[row].node > 0 ? number(Int(places[row].node)) : nil
    }

    var nodeCount: Int { nodes.count - free.count }

    // MARK: Opening

    mutating func expand(_ node: Int) { if place(node) != nil { expanded.insert(node) } }
    mutating func collapse(_ node: Int) { expanded.remove(node) }

    /// Expands all branches above a node.
    mutating func reveal(_ node: Int) {
        var node = parent(of: node)
        while let current = node {
            expanded.insert(current)
            node = parent(of: current)
        }
    }

    /// Shows more children of a branch.
    /// - Parameter line: The line with the number of hidden children.
    mutating func showMore(of line: Int) {
        guard line < 0, let place = place(-1 - line) else { return }
        limits[number(place), default: Self.page] += Self.page
    }

    // MARK: Building

    /// Updates the tree with a snapshot.
    /// - Parameters:
    ///   - shown: The rows that match the filter. Other rows are not counted.
    ///   - kept: The selected node, which is always shown.
    mutating func update(_ traffic: TrafficSnapshot, shown: [Int], _ sort: TopicSort, keeping kept: Int? = nil) {
        follow(traffic)
        addUp(traffic, shown)
        lines.removeAll(keepingCapacity: true)
        var path: Set<Int> = []
        var above = kept.flatMap { place($0) }
        while let place = above, place > 0 {
            path.insert(place)
            above = nodes[place].parent
        }
        addLines(below: 0, sort, path)
    }

    private mutating func follow(_ traffic: TrafficSnapshot) {
        while serials.count > traffic.topics.count {
            detach(serials.count - 1)
            serials.removeLast()
            places.removeLast()
        }
        // A new tree is built completely.
        var room = serials.isEmpty ? Int.max : Self.step
        pending = 0
        for row in traffic.topics.indices {
            let serial = traffic.topics[row].serial
            if row < serials.count, serials[row] == serial { continue }
            if row < serials.count { places[row].isCurrent = false }
            guard room > 0 else {
                pending += 1
                continue
            }
            if row == serials.count {
                serials.append(0)
                places.append(RowPlace())
            } else if row > serials.count {
                // The rows before it are also postponed.
                pending += 1
                continue
            } else {
                detach(row)
            }
            room -= 1
            let topic = traffic.topics[row]
            // Replies of one kind are one node, because their label is not a topic.
            let place = topic.isReplies ? child(ByteRange(topic.bytes), of: 0, depth: 0) : insert(topic.bytes)
            nodes[place].row = row
            nodes[place].rowCount += 1
            serials[row] = serial
            places[row] = RowPlace(
                node: Int32(truncatingIfNeeded: place),
                owner: Int32(truncatingIfNeeded: topic.owner),
                isReplies: topic.isReplies,
                isCurrent: true
            )
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
        var node = Node(name: name, parent: parent, depth: depth, next: index[key] ?? -1, position: nodes[parent].children.count)
        let place: Int
        if let reused = free.popLast() {
            node.generation = nodes[reused].generation
            nodes[reused] = node
            parents[reused] = Int32(truncatingIfNeeded: parent)
            place = reused
        } else {
            place = nodes.count
            nodes.append(node)
            parents.append(Int32(truncatingIfNeeded: parent))
        }
        nodes[parent].children.append(place)
        index[key] = place
        return place
    }

    private func find(_ name: ByteRange, below parent: Int, key: UInt64) -> Int? {
        var node = index[key] ?? -1
        while node >= 0 {
            if nodes[node].parent == parent, nodes[node].name.order(to: name) == 0 { return node }
            node = nodes[node].next
        }
        return nil
    }

    /// Removes the topic of a row and the branches that become empty.
    private mutating func detach(_ row: Int) {
        var place = Int(places[row].node)
        guard place > 0 else { return }
        places[row].node = 0
        nodes[place].rowCount -= 1
        if nodes[place].row == row { nodes[place].row = -1 }
        while place > 0, nodes[place].rowCount == 0, nodes[place].children.isEmpty {
            let parent = nodes[place].parent
            remove(place)
            place = parent
        }
    }

    private mutating func remove(_ place: Int) {
        let node = nodes[place]
        // The last sibling takes the position of the node.
        let last = nodes[node.parent].children.removeLast()
        if last != place {
            nodes[node.parent].children[node.position] = last
            nodes[last].position = node.position
        }
        let key = node.name.hash(seed: node.parent)
        if index[key] == place {
            index[key] = node.next < 0 ? nil : node.next
        } else {
            var previous = index[key] ?? -1
            while previous >= 0, nodes[previous].next != place { previous = nodes[previous].next }
            if previous >= 0 { nodes[previous].next = node.next }
        }
        expanded.remove(number(place))
        limits[number(place)] = nil
        let generation = (node.generation + 1) & 0x3FFF_FFFF
        nodes[place] = Node(name: ByteRange([], 0..<0), parent: -1, depth: -1, next: -1, generation: generation)
        free.append(place)
    }

    /// Adds the counts of each topic to all nodes above it.
    private mutating func addUp(_ traffic: TrafficSnapshot, _ shown: [Int]) {
        sums.removeAll(keepingCapacity: true)
        sums.append(contentsOf: repeatElement(Sum(), count: nodes.count))
        // A postponed topic is not counted at the node of the previous topic of its row.
        for row in shown where row < places.count && places[row].isCurrent {
            let sum = Sum(traffic.counters[row], owner: Int(places[row].owner), isReplies: places[row].isReplies)
            var place = Int(places[row].node)
            while place > 0 {
                sums[place].add(sum)
                place = Int(parents[place])
            }
        }
    }

    // MARK: Lines

    private mutating func addLines(below parent: Int, _ sort: TopicSort, _ path: Set<Int>) {
        let limit = limits[number(parent)] ?? Self.page
        let (children, count) = first(limit, of: parent, sort, path)
        for child in children {
            let id = number(child)
            let isExpanded = expanded.contains(id)
            let isBranch = nodes[child].children.contains { sums[$0].rows > 0 }
            lines.append(Line(id: id, depth: nodes[child].depth, isExpanded: isExpanded, isBranch: isBranch))
            if isExpanded, isBranch { addLines(below: child, sort, path) }
        }
        guard count > children.count else { return }
        lines.append(Line(id: -1 - number(parent), depth: nodes[parent].depth + 1, hidden: count - children.count))
    }

    /// Returns the first children of a node, sorted, and the number of all children. The other children are not sorted.
    private func first(_ limit: Int, of parent: Int, _ sort: TopicSort, _ path: Set<Int>) -> (children: [Int], count: Int) {
        let key = sort.column.definition.sorting?.branchKey ?? { _ in 0 }
        var best: [(key: Double, node: Int)] = []
        func precedes(_ one: (key: Double, node: Int), _ other: (key: Double, node: Int)) -> Bool {
            if one.key != other.key { return (one.key < other.key) != sort.isDescending }
            let order = nodes[one.node].name.order(to: nodes[other.node].name)
            return sort.column == .topic && sort.isDescending ? order > 0 : order < 0
        }
        var count = 0
        /// The last entry that is among the first `limit` so far.
        var last: (key: Double, node: Int)?
        /// The entry on the path to the selected node.
        var selected: (key: Double, node: Int)?
        for child in nodes[parent].children where sums[child].rows > 0 {
            count += 1
            let entry = (key: key(sums[child]), node: child)
            if path.contains(child) { selected = entry }
            if let last, !precedes(entry, last) { continue }
            best.append(entry)
            // The entries are sorted and cut from time to time, so that each entry is compared only a few times.
            guard best.count >= 2 * limit else { continue }
            best.sort(by: precedes)
            best.removeLast(best.count - limit)
            last = best.last
        }
        best.sort(by: precedes)
        if best.count > limit { best.removeLast(best.count - limit) }
        if let selected, let end = best.last, precedes(end, selected) { best[best.count - 1] = selected }
        return (best.map(\.node), count)
    }
}
