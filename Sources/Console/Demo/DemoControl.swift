/// The servers of a demo, as the console stops and starts them.
public protocol DemoControl: Sendable {
    /// All servers as they are now, cluster by cluster.
    func nodes() async throws(DemoError) -> DemoNodeList

    /// Does something to a server.
    /// - Returns: All servers as they are then.
    func perform(_ action: DemoAction, on node: String) async throws(DemoError) -> DemoNodeList
}

/// All servers at one moment, cluster by cluster.
public struct DemoNodeList: Sendable, Hashable, Codable {
    /// Grows with every list: answers to questions asked at the same time may arrive in another order.
    public let revision: Int
    /// The servers.
    public var nodes: [DemoNode]

    /// A list of servers.
    public init(revision: Int, nodes: [DemoNode]) {
        self.revision = revision
        self.nodes = nodes
    }
}

/// A server of the demo.
public struct DemoNode: Sendable, Hashable, Codable {
    /// What its process does.
    public enum State: String, Sendable, Codable {
        case running
        /// The process exists and does nothing (SIGSTOP).
        case frozen
        case stopped
    }

    /// The server's name.
    public let name: String
    /// The name of its cluster.
    public let cluster: String
    /// Where clients connect.
    public let address: String
    /// What its process does.
    public var state: State

    /// Describes a server.
    public init(name: String, cluster: String, address: String, state: State) {
        self.name = name
        self.cluster = cluster
        self.address = address
        self.state = state
    }
}

/// What can be done to a server of the demo.
public enum DemoAction: String, Sendable, Codable {
    /// End it at once (SIGKILL), as when its machine loses power.
    case stop
    /// Start it again.
    case start
    /// Suspend it (SIGSTOP): its connections stay open, and it does not answer.
    case freeze
    /// Resume it (SIGCONT).
    case thaw
}

/// Why a server could not be stopped or started.
public struct DemoError: Error, Sendable, CustomStringConvertible {
    /// What happened.
    public let description: String

    /// - Parameter description: What happened.
    public init(_ description: String) {
        self.description = description
    }
}
