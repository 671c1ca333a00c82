/// The rows of the list of topics: the sorted topics and, below unfolded rows of replies, their subjects.
struct TopicLines: Sendable {
    /// A subject that is counted together with others, below its unfolded row.
    struct Subject: Sendable {
        let entry: SystemSubjects.Entry
        /// The row that counts it.
        let row: Int
        /// A negative number that does not change.
        let id: Int
    }

    /// Rows of the snapshot, and negative numbers for the subjects of unfolded rows.
    private(set) var all: [Int] = []
    /// The subjects of unfolded rows.
    private(set) var subjects: [Subject] = []
    /// The serial numbers of the rows of replies whose subjects are shown.
    private var unfolded: Set<Int> = []
    private var isOutdated = true

    /// Inserts the subjects of unfolded rows after their rows.
    /// - Parameter isChanged: Whether the order or the snapshot has changed. Otherwise the lines are made again only after an
    ///   action, because there may be 100,000.
    mutating func update(_ order: [Int], _ traffic: TrafficSnapshot, isChanged: Bool) {
        guard isChanged || isOutdated else { return }
        isOutdated = false
        (all, subjects) = (order, [])
        guard !unfolded.isEmpty else { return }
        all = []
        for row in order {
            all.append(row)
            guard isUnfolded(row, traffic) else { continue }
            let serial = traffic.topics[row].serial
            for entry in traffic.subjects[serial]?.newest ?? [] {
                all.append(-1 - subjects.count)
                let hash = ByteRange(entry.subject).hash(seed: serial)
                subjects.append(Subject(entry: entry, row: row, id: -1 - Int(truncatingIfNeeded: hash >> 1)))
            }
        }
    }

    /// Returns the subject at a position in the list; nil if a topic is there.
    func subject(at index: Int) -> Subject? {
        guard all.indices.contains(index), all[index] < 0 else { return nil }
        return subjects[-1 - all[index]]
    }

    /// Returns the numbers of the lines, which do not change: the serial numbers of topics, and the ids of subjects.
    func ids(_ traffic: TrafficSnapshot) -> LazyMapCollection<[Int], Int> {
        let (topics, subjects) = (traffic.topics, subjects)
        // The snapshot may be newer than the order and have fewer rows. The next refresh corrects this before a frame is drawn.
        return all.lazy.map { $0 < 0 ? subjects[-1 - $0].id : topics.indices.contains($0) ? topics[$0].serial : 0 }
    }

    // MARK: Unfolding

    func isUnfolded(_ row: Int, _ traffic: TrafficSnapshot) -> Bool {
        traffic.topics.indices.contains(row) && unfolded.contains(traffic.topics[row].serial)
    }

    /// Returns the row of replies at a position in the list, or the one that counts the subject there.
    func replyRow(at index: Int, _ traffic: TrafficSnapshot) -> Int? {
        guard all.indices.contains(index) else { return nil }
        let row = subject(at: index)?.row ?? all[index]
        return traffic.topics.indices.contains(row) && traffic.topics[row].isReplies ? row : nil
    }

    /// Shows or hides the subjects of a row.
    mutating func unfold(_ serial: Int, _ isShown: Bool) {
        if isShown { unfolded.insert(serial) } else { unfolded.remove(serial) }
        isOutdated = true
    }
}
