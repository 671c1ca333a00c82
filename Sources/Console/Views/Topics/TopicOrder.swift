/// The sorted rows of the topics. The matches of the filter and the order by name are expensive, so they are kept from one
/// snapshot to the next, and only new topics are processed.
struct TopicOrder: Sendable {
    /// The serial number of the topic in each row of the last snapshot.
    private var serials: [Int] = []
    /// The rows sorted by name; empty if the topics are not sorted by name.
    private var byName: [Int] = []
    private var filter = ""
    /// Whether each row matches the filter.
    private var matches: [Bool] = []

    /// Returns the matching rows, sorted. Rows with equal values stay in the order of the table.
    mutating func rows(of traffic: TrafficSnapshot, _ sort: TopicSort, filter: String) -> [Int] {
        let fresh = update(traffic)
        match(filter, traffic, fresh: fresh)
        if sort.column == .topic {
            insertByName(fresh, traffic)
            let shown = filter.isEmpty ? byName : byName.filter { matches[$0] }
            return sort.isDescending ? shown.reversed() : shown
        }
        // The order by name is dropped, because it would be outdated when it is needed again.
        byName = []
        return sorted(traffic, sort)
    }

    /// Returns the matching rows in the order of the table. The tree sorts them itself.
    mutating func matchingRows(of traffic: TrafficSnapshot, filter: String) -> [Int] {
        match(filter, traffic, fresh: update(traffic))
        byName = []
        return matches.isEmpty ? Array(serials.indices) : serials.indices.filter { matches[$0] }
    }

    /// Updates the serial numbers.
    /// - Returns: The rows with new topics.
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

    /// Inserts new rows into the sorted rows.
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

    /// Sorts integers that contain the figure in the upper bits and the row in the lower bits. This is several times faster than
    /// a comparison of pairs.
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
