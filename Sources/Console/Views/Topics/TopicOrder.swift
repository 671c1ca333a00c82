/// The rows of the topics in order. Keeps what costs much from one snapshot to the next: which topics the filter lets
/// through, and their order by name. Only topics that are new are looked at again.
struct TopicOrder: Sendable {
    /// The topic that each row had when it was last seen.
    private var serials: [Int] = []
    /// Rows in the order of their names; empty until the topics are sorted by name.
    private var byName: [Int] = []
    private var filter = ""
    /// Whether the filter lets each row through.
    private var matches: [Bool] = []

    /// The rows that the filter lets through, in order. Rows that are equal stay in the order they became known in.
    mutating func rows(of traffic: TrafficSnapshot, _ sort: TopicSort, filter: String) -> [Int] {
        let fresh = update(traffic)
        match(filter, traffic, fresh: fresh)
        if sort.column == .topic {
            insertByName(fresh, traffic)
            let shown = filter.isEmpty ? byName : byName.filter { matches[$0] }
            return sort.isDescending ? shown.reversed() : shown
        }
        // No longer kept in order: it would be out of date when it is needed again.
        byName = []
        return sorted(traffic, sort)
    }

    /// The rows that the filter lets through, in the order they became known in. The tree has an order of its own.
    mutating func matchingRows(of traffic: TrafficSnapshot, filter: String) -> [Int] {
        match(filter, traffic, fresh: update(traffic))
        byName = []
        return matches.isEmpty ? Array(serials.indices) : serials.indices.filter { matches[$0] }
    }

    /// - Returns: The rows whose topics are new.
    private mutating func update(_ traffic: TrafficSnapshot) -> [Int] {
        var fresh: [Int] = []
        if traffic.topics.count < serials.count { (serials, byName, matches) = ([], [], []) }
        for row in traffic.topics.indices {
            let serial = traffic.topics[row].serial
            if row == serials.count {
                serials.append(serial)
                fresh.append(row)
            } else if serials[row] != serial {
                serials[row] = serial
                fresh.append(row)
            }
        }
        return fresh
    }

    private mutating func match(_ filter: String, _ traffic: TrafficSnapshot, fresh: [Int]) {
        let isSame = filter.utf8.elementsEqual(self.filter.utf8)
        self.filter = filter
        guard !filter.isEmpty else {
            matches = []
            return
        }
        let wanted = ASCIIFolded(filter)
        if !isSame || matches.isEmpty {
            matches = traffic.topics.map { wanted.occurs(in: $0.bytes) }
            return
        }
        matches += Array(repeating: false, count: serials.count - matches.count)
        for row in fresh { matches[row] = wanted.occurs(in: traffic.topics[row].bytes) }
    }

    /// Puts new rows among those that are in order already.
    private mutating func insertByName(_ fresh: [Int], _ traffic: TrafficSnapshot) {
        func precedes(_ one: Int, _ other: Int) -> Bool {
            ByteRange(traffic.topics[one].bytes).order(to: ByteRange(traffic.topics[other].bytes)) < 0
        }
        if byName.isEmpty {
            byName = traffic.topics.indices.sorted(by: precedes)
            return
        }
        guard !fresh.isEmpty else { return }
        let replaced = Set(fresh)
        let old = byName.filter { !replaced.contains($0) }
        let new = fresh.sorted(by: precedes)
        var merged: [Int] = []
        merged.reserveCapacity(old.count + new.count)
        var next = new[...]
        for row in old {
            while let first = next.first, precedes(first, row) {
                merged.append(first)
                next = next.dropFirst()
            }
            merged.append(row)
        }
        byName = merged + next
    }

    /// Sorts whole numbers that hold the figure above the row: several times as fast as comparing pairs.
    private func sorted(_ traffic: TrafficSnapshot, _ sort: TopicSort) -> [Int] {
        guard let key = sort.column.definition.sorting?.topicKey else { return [] }
        var keys: [UInt64] = []
        keys.reserveCapacity(serials.count)
        for row in serials.indices where matches.isEmpty || matches[row] {
            let bits = key(traffic, row).bitPattern
            keys.append(UInt64(sort.isDescending ? ~bits : bits) << 32 | UInt64(UInt32(truncatingIfNeeded: row)))
        }
        keys.sort()
        return keys.map { Int($0 & 0xFFFF_FFFF) }
    }
}
