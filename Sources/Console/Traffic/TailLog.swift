import DequeModule

/// The newest messages, limited by number and bytes. The oldest messages are removed first and counted.
struct TailLog: Sendable {
    static let standardCapacity = 5_000
    static let standardByteCapacity = 16 << 20

    let capacity: Int
    let byteCapacity: Int
    private(set) var entries = Deque<TailEntry>()
    private(set) var byteCount = 0
    /// The number of messages that were shown and removed.
    private(set) var dropped: UInt64 = 0
    /// The number of messages that were never shown, because too many arrived.
    private(set) var notShown: UInt64 = 0
    private var nextID = 1

    init(capacity: Int = TailLog.standardCapacity, byteCapacity: Int = TailLog.standardByteCapacity) {
        self.capacity = max(1, capacity)
        self.byteCapacity = max(1, byteCapacity)
    }

    /// The id of the oldest entry.
    var firstID: Int { nextID - entries.count }
    /// The id of the next entry.
    var endID: Int { nextID }

    /// The entry with an id; nil if it was removed.
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
            // The newest entry is always kept. Its payload has a separate limit.
            while entries.count > capacity || (byteCount > byteCapacity && entries.count > 1) {
                byteCount -= entries.removeFirst().size
                dropped += 1
            }
        }
    }

    /// Removes all messages and resets the counts. Ids continue.
    mutating func clear() {
        entries.removeAll()
        (byteCount, dropped, notShown) = (0, 0, 0)
    }
}

/// New messages for a ``TailLog``.
struct TailDelivery: Sendable {
    var entries: [TailEntry] = []
    var notShown: UInt64 = 0
}

/// Collects messages for the Tail view between two frames, at most as many as can be read.
///
/// If too many messages arrive, the first ``rate`` messages of each second are kept and the others only counted. A burst of up to
/// ``burst`` messages is kept completely.
struct TailInbox: Sendable {
    /// The maximum average of kept messages per second.
    static let rate = 1_000.0
    /// The maximum number of messages kept between two deliveries.
    static let burst = 1_000.0
    /// The maximum number of bytes kept between two deliveries.
    static let byteCapacity = 8 << 20

    private var delivery = TailDelivery()
    private var byteCount = 0
    private var allowance = TailInbox.burst
    private var lastTaken = 0.0

    /// Whether there are no messages.
    var isEmpty: Bool { delivery.entries.isEmpty && delivery.notShown == 0 }

    /// Adds a message. The closure is called only if there is space for it.
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

    /// Returns the messages since the last call.
    /// - Parameter time: The current time in seconds on the monotonic clock.
    mutating func deliver(at time: Double) -> TailDelivery {
        allowance = min(Self.burst, allowance + max(0, time - lastTaken) * Self.rate)
        lastTaken = time
        byteCount = 0
        defer { delivery = TailDelivery() }
        return delivery
    }
}
