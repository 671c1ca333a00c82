/// The newest subjects that one row of replies or system messages counts together, so that the row can be unfolded.
struct SystemSubjects: Sendable {
    struct Entry: Sendable, Hashable {
        let subject: [UInt8]
        var messages: UInt64 = 0
        /// The time of the last message in seconds since the console started.
        var last: Double
    }

    /// The maximum number of subjects.
    static let capacity = 100
    /// The maximum length of a subject. A longer one is not kept.
    private static let longestSubject = 1024
    /// The maximum memory in bytes, with the overhead of each entry.
    static let byteCapacity = capacity * (longestSubject + 128)

    private var entries: [[UInt8]: Entry] = [:]

    /// The subjects, the newest first.
    var newest: [Entry] {
        entries.values.sorted { one, other in
            one.last != other.last ? one.last > other.last : one.subject.lexicographicallyPrecedes(other.subject)
        }
    }

    mutating func add(_ subject: UnsafeRawBufferPointer, at time: Double) {
        guard subject.count <= Self.longestSubject else { return }
        let key = Array(subject)
        if entries[key] == nil, entries.count >= Self.capacity,
            let oldest = entries.min(by: { $0.value.last < $1.value.last })?.key
        {
            entries[oldest] = nil
        }
        entries[key, default: Entry(subject: key, last: time)].messages += 1
        entries[key]?.last = time
    }
}
