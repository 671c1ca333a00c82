extension HashRing {
    /// An owner of topics. In Roulette, a node is a cluster.
    ///
    /// Nodes are compared by the bytes of their texts, like names on the circle.
    public struct Node: Sendable {
        /// The name on the circle. With ``Naming/index`` naming, the position of the node replaces the given name.
        public let name: String

        /// The address of the node, as normalized `host:port`.
        ///
        /// The ring uses it only in the ``HashRing/fingerprint`` of ``Naming/index`` naming, where positions alone would
        /// not distinguish two lists.
        public let address: String?

        /// Creates a node.
        ///
        /// - Parameters:
        ///   - name: The name on the circle. With ``Naming/name`` naming, it must not be empty and must differ from all
        ///     others.
        ///   - address: Normalized `host:port`, spelled the same way by every program whose fingerprints are compared.
        public init(name: String, address: String? = nil) {
            self.name = name
            self.address = address
        }
    }
}

extension HashRing.Node: Hashable {
    /// Compares bytes, not Swift's canonical equivalence: "é" composed and decomposed are two names.
    public static func == (one: Self, other: Self) -> Bool {
        guard one.name.utf8.elementsEqual(other.name.utf8) else { return false }
        return switch (one.address, other.address) {
        case (nil, nil): true
        case (let one?, let other?): one.utf8.elementsEqual(other.utf8)
        case (nil, _?), (_?, nil): false
        }
    }

    /// Hashes the bytes that equality compares.
    public func hash(into hasher: inout Hasher) {
        for byte in name.utf8 { hasher.combine(byte) }
        // Marks the end of the name: 0xFF does not occur in UTF-8.
        hasher.combine(0xFF as UInt8)
        for byte in (address ?? "").utf8 { hasher.combine(byte) }
    }
}
