extension HashRing {
    /// One owner of topics: for Roulette, a cluster.
    ///
    /// Nodes are compared by the bytes of their texts, as names are on the circle.
    public struct Node: Sendable {
        /// The name on the circle. With ``Naming/index`` naming it is the node's position, whatever was given.
        public let name: String

        /// Where the node is reached, as normalized `host:port`. The ring only mixes it into the
        /// ``HashRing/fingerprint`` of ``Naming/index`` naming, where nothing else would tell two lists apart.
        public let address: String?

        /// Describes a node.
        ///
        /// - Parameters:
        ///   - name: The name on the circle; for ``Naming/name`` naming not empty and different from all others.
        ///   - address: Normalized `host:port`, written the same way by every program whose fingerprints are compared.
        public init(name: String, address: String? = nil) {
            self.name = name
            self.address = address
        }
    }
}

extension HashRing.Node: Hashable {
    /// Equal bytes, not Swift's canonical equivalence: "é" composed and decomposed are two names.
    public static func == (one: Self, other: Self) -> Bool {
        guard one.name.utf8.elementsEqual(other.name.utf8) else { return false }
        return switch (one.address, other.address) {
        case (nil, nil): true
        case (let one?, let other?): one.utf8.elementsEqual(other.utf8)
        case (nil, _?), (_?, nil): false
        }
    }

    /// Feeds the same bytes that equality compares.
    public func hash(into hasher: inout Hasher) {
        for byte in self.name.utf8 { hasher.combine(byte) }
        // Ends the name: 0xFF is in no UTF-8 text.
        hasher.combine(0xFF as UInt8)
        for byte in (self.address ?? "").utf8 { hasher.combine(byte) }
    }
}
