import DequeModule

/// The newest messages, at most so many and so many bytes; the oldest go first and are counted.
struct TailLog: Sendable {
    static let standardCapacity = 5_000
    static let standardByteCapacity = 16 << 20

    let capacity: Int
    let byteCapacity: Int
    private(set) var entries = Deque<TailEntry>()
    private(set) var byteCount = 0
    /// Messages that were shown and are no longer kept.
    private(set) var dropped: UInt64 = 0
    /// Messages that were counted and never shown, because there were too many to read.
    private(set) var notShown: UInt64 = 0
    private var nextID = 1

    init(capacity: Int = TailLog.standardCapacity, byteCapacity: Int = TailLog.standardByteCapacity) {
        self.capacity = max(1, capacity)
        self.byteCapacity = max(1, byteCapacity)
    }

    /// The id of the oldest entry.
    var firstID: Int { nextID - entries.count }
    /// The id that the next entry will get.
    var endID: Int { nextID }

    /// The entry of an id, if it is still kept.
    subscript(id: Int) -> TailEntry? {
        let index = id - firstID
        return entries.indices.contains(index) ? entries[index] : nil
    }

    mutating func append(_ delivery: TailDelivery) {
        notShown += delivery.notShown
        for entry in delivery.entries {
            var entry = entry
            entry.id = nextID
            nextID += 1
            byteCount += entry.size
            entries.append(entry)
            // The newest is kept however large it is: its payload has a bound of its own.
            while entries.count > capacity || (byteCount > byteCapacity && entries.count > 1) {
                byteCount -= entries.removeFirst().size
                dropped += 1
            }
        }
    }

    /// Forgets all messages and what was counted of them. Ids go on.
    mutating func clear() {
        entries.removeAll()
        (byteCount, dropped, notShown) = (0, 0, 0)
    }
}

/// Messages on their way to a ``TailLog``.
struct TailDelivery: Sendable {
    var entries: [TailEntry] = []
    var notShown: UInt64 = 0
}

/// Takes messages for the Tail view between two frames, and no more than can be read.
///
/// A flood is sampled: ``rate`` messages a second are kept, the first ones to come, and the rest only counted. A burst of
/// up to ``burst`` messages is kept whole.
struct TailInbox: Sendable {
    /// Messages kept per second in the long run.
    static let rate = 1_000.0
    /// Messages kept at once.
    static let burst = 1_000.0
    /// Bytes kept at once.
    static let byteCapacity = 8 << 20

    private var delivery = TailDelivery()
    private var byteCount = 0
    private var allowance = TailInbox.burst
    private var lastTaken = 0.0

    /// Whether nothing waits.
    var isEmpty: Bool { delivery.entries.isEmpty && delivery.notShown == 0 }

    /// Adds a message, which is made only if there is room for it.
    mutating func add(_ entry: () -> TailEntry) {
        guard allowance >= 1, byteCount < Self.byteCapacity else {
            delivery.notShown += 1
            return
        }
        allowance -= 1
        let entry = entry()
        byteCount += entry.size
        delivery.entries.append(entry)
    }

    /// Hands over what has come since the last call.
    /// - Parameter time: Now, in seconds on the steady clock.
    mutating func deliver(at time: Double) -> TailDelivery {
        allowance = min(Self.burst, allowance + max(0, time - lastTaken) * Self.rate)
        lastTaken = time
        byteCount = 0
        defer { delivery = TailDelivery() }
        return delivery
    }
}
