extension HashRing {
    /// Where a topic falls on the circle.
    public struct Lookup: Sendable, Hashable {
        /// The topic's own hash.
        public let hash: UInt64
        /// The hash of the owner's point: the first after ``hash``, or the circle's first if none comes after it.
        public let point: UInt64
        /// The owner: a position in ``HashRing/nodes``.
        public let index: Int
    }

    // MARK: Text

    /// The node that owns `topic`: a position in ``nodes``.
    @inlinable
    public func index(of topic: some StringProtocol) -> Int {
        Self.withUTF8(of: topic) { self.index(ofBytes: $0) }
    }

    /// The node that owns `topic`, and the hashes that decided it.
    @inlinable
    public func lookup(of topic: some StringProtocol) -> Lookup {
        Self.withUTF8(of: topic) { self.lookup(ofBytes: $0) }
    }

    /// The first `count` different nodes met from `topic` onward, its owner first; all nodes if `count` is larger than
    /// their number, none if it is zero or less.
    ///
    /// The order is that of ex_hash_ring's `find_nodes`: who would own the topic if the nodes before it were gone.
    public func successors(of topic: some StringProtocol, count: Int) -> [Int] {
        Self.withUTF8(of: topic) { self.successors(ofBytes: $0, count: count) }
    }

    /// The hash of `topic`: bytes 8 to 15 of the MD5 of its UTF-8, read as a little-endian number.
    @inlinable
    public static func hash(of topic: some StringProtocol) -> UInt64 {
        Self.withUTF8(of: topic) { Self.hash(ofBytes: $0) }
    }

    // MARK: Bytes

    /// The node that owns the topic made of these bytes: a position in ``nodes``.
    public func index(ofBytes topic: UnsafeRawBufferPointer) -> Int {
        self.points.owner(at: self.points.position(after: Self.hash(ofBytes: topic)))
    }

    /// The node that owns the topic made of these bytes: a position in ``nodes``.
    public func index(ofBytes topic: Span<UInt8>) -> Int {
        topic.withUnsafeBytes { self.index(ofBytes: $0) }
    }

    /// The node that owns the topic made of these bytes, and the hashes that decided it.
    public func lookup(ofBytes topic: UnsafeRawBufferPointer) -> Lookup {
        let hash = Self.hash(ofBytes: topic)
        let position = self.points.position(after: hash)
        return Lookup(hash: hash, point: self.points.hashes[position], index: self.points.owner(at: position))
    }

    /// The node that owns the topic made of these bytes, and the hashes that decided it.
    public func lookup(ofBytes topic: Span<UInt8>) -> Lookup {
        topic.withUnsafeBytes { self.lookup(ofBytes: $0) }
    }

    /// The first `count` different nodes met from the topic made of these bytes onward; see ``successors(of:count:)``.
    public func successors(ofBytes topic: UnsafeRawBufferPointer, count: Int) -> [Int] {
        let wanted = min(count, self.nodes.count)
        guard wanted > 0 else { return [] }

        var found: [Int] = []
        found.reserveCapacity(wanted)
        var seen = [Bool](repeating: false, count: self.nodes.count)
        var position = self.points.position(after: Self.hash(ofBytes: topic))
        // Every node is met within one turn, except one all of whose points lie under another's: bounded to be safe.
        for _ in 0..<self.points.count where found.count < wanted {
            let owner = self.points.owner(at: position)
            if !seen[owner] {
                seen[owner] = true
                found.append(owner)
            }
            position = self.points.position(following: position)
        }
        return found
    }

    /// The first `count` different nodes met from the topic made of these bytes onward; see ``successors(of:count:)``.
    public func successors(ofBytes topic: Span<UInt8>, count: Int) -> [Int] {
        topic.withUnsafeBytes { self.successors(ofBytes: $0, count: count) }
    }

    /// The hash of these bytes: bytes 8 to 15 of their MD5, read as a little-endian number.
    public static func hash(ofBytes bytes: UnsafeRawBufferPointer) -> UInt64 {
        PointHash.of(bytes)
    }

    /// Hands out the UTF-8 of any text without a copy where it is already contiguous, as it nearly always is.
    @inlinable
    static func withUTF8<Result>(of text: some StringProtocol, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        if let result = text.utf8.withContiguousStorageIfAvailable({ body(UnsafeRawBufferPointer($0)) }) { return result }
        var copy = String(text)
        return copy.withUTF8 { body(UnsafeRawBufferPointer($0)) }
    }
}
