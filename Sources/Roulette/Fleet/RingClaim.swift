public import ConsistentHashing

/// What a program says about its ring: "this cluster is number 2 of 3".
///
/// Every connection of this library has it at the end of its name in CONNECT, after a space: `ring=2/3`, or `ring=beta/3` on
/// a ring of names. It is visible in the monitoring of the servers, so a program with another ring can be found.
public struct RingClaim: Sendable, Hashable, CustomStringConvertible {
    /// What the program takes the cluster for.
    public enum Position: Sendable, Hashable {
        /// The position in its list of servers, from 1.
        case number(Int)
        /// The name on its ring.
        case name(String)
    }

    /// What the program takes the cluster for.
    public let position: Position
    /// The number of clusters on its ring.
    public let count: Int

    /// Describes a claim.
    public init(position: Position, count: Int) {
        self.position = position
        self.count = count
    }

    /// What a program with this ring says on its connections to the node at an index.
    public init(ring: HashRing, index: Int) {
        position = ring.naming == .index ? .number(index + 1) : .name(ring.nodes[index].name)
        count = ring.nodes.count
    }

    /// Reads the claim at the end of a connection's name. The name comes from another program, so it may say anything.
    ///
    /// - Returns: nil if the name does not end with a claim.
    public init?(connectionName: String) {
        guard let start = connectionName.ranges(of: Self.prefix).last?.upperBound else { return nil }
        let text = connectionName[start...]
        guard let slash = text.lastIndex(of: "/"), let count = Int(text[text.index(after: slash)...]),
            (1...HashRing.maximumNodes).contains(count)
        else { return nil }
        let position = text[..<slash]
        guard !position.isEmpty else { return nil }
        self.count = count
        guard position.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
            self.position = .name(String(position))
            return
        }
        guard let number = Int(position), (1...count).contains(number) else { return nil }
        self.position = .number(number)
    }

    private static let prefix = " ring="

    /// The claim as it is written in the name: `ring=2/3`.
    public var description: String {
        switch position {
        case .number(let number): "ring=\(number)/\(count)"
        case .name(let name): "ring=\(name)/\(count)"
        }
    }
}
