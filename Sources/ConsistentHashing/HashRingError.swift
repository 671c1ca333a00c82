/// The reason why a ring could not be made.
///
/// The cause is always the configuration: lookups never fail.
public struct HashRingError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kind of mistake. More kinds may be added.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        private enum Kind: String {
            case noNodes, tooManyNodes, emptyName, duplicateName, unknownNode
        }

        private let kind: Kind

        private init(_ kind: Kind) { self.kind = kind }

        /// The ring would have no node.
        public static let noNodes = Code(.noNodes)
        /// The ring would have more than ``HashRing/maximumNodes`` nodes.
        public static let tooManyNodes = Code(.tooManyNodes)
        /// A node of a ring with ``HashRing/Naming/name`` naming has no name.
        public static let emptyName = Code(.emptyName)
        /// Two nodes of a ring with ``HashRing/Naming/name`` naming have the same name.
        public static let duplicateName = Code(.duplicateName)
        /// The ring has no node of that name or position.
        public static let unknownNode = Code(.unknownNode)

        /// The name of the code.
        public var description: String { kind.rawValue }
    }

    /// The kind of mistake.
    public let code: Code

    /// What is wrong and how to correct it, in one line. Names are quoted, with control characters escaped.
    public let message: String

    /// The message.
    public var description: String { message }
}

extension HashRingError {
    static func noNodes() -> Self {
        Self(code: .noNodes, message: "a hash ring needs at least one node: list at least one cluster")
    }

    static func tooManyNodes(_ count: Int) -> Self {
        Self(
            code: .tooManyNodes,
            message: "\(count) nodes are too many for a hash ring: list at most \(HashRing.maximumNodes)"
        )
    }

    static func emptyName(at index: Int) -> Self {
        Self(
            code: .emptyName,
            message: "the node at position \(index) has no name: name every node, or use \"index\" naming"
        )
    }

    static func duplicateName(_ name: String, at first: Int, and second: Int) -> Self {
        Self(
            code: .duplicateName,
            message: """
                the nodes at positions \(first) and \(second) are both named \(name.debugDescription): \
                give each its own name, or use "index" naming
                """
        )
    }

    static func unknownNode(at index: Int, count: Int) -> Self {
        Self(
            code: .unknownNode,
            message: "there is no node at position \(index): the hash ring has positions 0 to \(count - 1)"
        )
    }

    static func unknownNode(named name: String) -> Self {
        Self(
            code: .unknownNode,
            message: "the hash ring has no node named \(name.debugDescription): use one of the names it was made with"
        )
    }
}
