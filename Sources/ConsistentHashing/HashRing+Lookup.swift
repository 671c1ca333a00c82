extension HashRing {
    /// The position of a topic on the circle, and its owner.
    public struct Lookup: Sendable, Hashable {
        /// The hash of the topic.
        public let hash: UInt64
        /// The hash of the owner's point: the first point after ``hash``, or the first point of the circle if there is none
        /// after it.
        public let point: UInt64
        /// The index of the owner in ``HashRing/nodes``.
        public let index: Int
    }

    // MARK: Text

    /// Returns the index in ``nodes`` of the node that owns `topic`.
    @inlinable
    public func index(of topic: some StringProtocol) -> Int {
        Self.withUTF8(of: topic) { self.index(ofBytes: $0) }
    }

    /// Returns the node that owns `topic`, with the hashes that determine it.
    @inlinable
    public func lookup(of topic: some StringProtocol) -> Lookup {
        Self.withUTF8(of: topic) { self.lookup(ofBytes: $0) }
    }

    /// Returns the first `count` different nodes on the circle from `topic` onward, beginning with its owner.
    ///
    /// The order is that of ex_hash_ring's `find_nodes`: each node would own the topic if the nodes before it were removed.
    /// Returns all nodes if `count` exceeds their number, and none if it is zero or negative.
    public func successors(of topic: some StringProtocol, count: Int) -> [Int] {
        Self.withUTF8(of: topic) { self.successors(ofBytes: $0, count: count) }
    }

    /// Returns the hash of `topic`: bytes 8 to 15 of the MD5 of its UTF-8, read as a little-endian number.
    @inlinable
    public static func hash(of topic: some StringProtocol) -> UInt64 {
        Self.withUTF8(of: topic) { Self.hash(ofBytes: $0) }
    }

    // MARK: Bytes

    /// Returns the index in ``nodes`` of the node that owns the topic with these bytes.
    public func index(ofBytes topic: UnsafeRawBufferPointer) -> Int {
        points.owner(at: points.position(after: Self.hash(ofBytes: topic)))
    }

    /// Returns the index in ``nodes`` of the node that owns the topic with these bytes.
    public func index(ofBytes topic: Span<UInt8>) -> Int {
        topic.withUnsafeBytes { self.index(ofBytes: $0) }
    }

    /// Returns the node that owns the topic with these bytes, with the hashes that determine it.
    public func lookup(ofBytes topic: UnsafeRawBufferPointer) -> Lookup {
        let hash = Self.hash(ofBytes: topic)
        let position = points.position(after: hash)
        return Lookup(hash: hash, point: points.hashes[position], index: points.owner(at: position))
    }

    /// Returns the node that owns the topic with these bytes, with the hashes that determine it.
    public func lookup(ofBytes topic: Span<UInt8>) -> Lookup {
        topic.withUnsafeBytes { self.lookup(ofBytes: $0) }
    }

    /// Returns the first `count` different nodes on the circle from the topic with these bytes onward; see
    /// ``successors(of:count:)``.
    public func successors(ofBytes topic: UnsafeRawBufferPointer, count: Int) -> [Int] {
        let wanted = min(count, nodes.count)
        guard wanted > 0 else { return [] }

        var found: [Int] = []
        found.reserveCapacity(wanted)
        var seen = [Bool](repeating: false, count: nodes.count)
        var position = points.position(after: Self.hash(ofBytes: topic))
        // One turn visits every node, unless another node owns all of its points. The bound ends the loop in that case.
        for _ in 0..<points.count where found.count < wanted {
            let owner = points.owner(at: position)
            if !seen[owner] {
                seen[owner] = true
                found.append(owner)
            }
            position = points.position(following: position)
        }
        return found
    }

    /// Returns the first `count` different nodes on the circle from the topic with these bytes onward; see
    /// ``successors(of:count:)``.
    public func successors(ofBytes topic: Span<UInt8>, count: Int) -> [Int] {
        topic.withUnsafeBytes { self.successors(ofBytes: $0, count: count) }
    }

    /// Returns the hash of these bytes: bytes 8 to 15 of their MD5, read as a little-endian number.
    public static func hash(ofBytes bytes: UnsafeRawBufferPointer) -> UInt64 {
        PointHash.of(bytes)
    }

    /// Passes the UTF-8 of `text` to `body`, without a copy if it is contiguous, which it nearly always is.
    @inlinable
    static func withUTF8<Result>(of text: some StringProtocol, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        if let result = text.utf8.withContiguousStorageIfAvailable({ body(UnsafeRawBufferPointer($0)) }) { return result }
        var copy = String(text)
        return copy.withUTF8 { body(UnsafeRawBufferPointer($0)) }
    }
}
