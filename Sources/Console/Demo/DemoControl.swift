/// Stops and starts the servers of a demo for the console.
public protocol DemoControl: Sendable {
    /// Returns the current state of all servers, ordered by cluster.
    func nodes() async throws(DemoError) -> DemoNodeList

    /// Carries out an action on a server.
    /// - Returns: The state of all servers after the action.
    func perform(_ action: DemoAction, on node: String) async throws(DemoError) -> DemoNodeList
}

/// The state of all servers at one time, ordered by cluster.
public struct DemoNodeList: Sendable, Hashable, Codable {
    /// Grows with every list. Answers to concurrent requests can arrive out of order, so the console ignores a list with a lower
    /// revision.
    public let revision: Int
    /// The servers.
    public var nodes: [DemoNode]

    /// Creates a list of servers.
    public init(revision: Int, nodes: [DemoNode]) {
        self.revision = revision
        self.nodes = nodes
    }
}

/// A server of the demo.
public struct DemoNode: Sendable, Hashable, Codable {
    /// The state of the server's process.
    public enum State: String, Sendable, Codable {
        case running
        /// The process is suspended (SIGSTOP).
        case frozen
        case stopped
    }

    /// The server's name.
    public let name: String
    /// The name of its cluster.
    public let cluster: String
    /// The address for clients.
    public let address: String
    /// The state of the server's process.
    public var state: State

    /// Creates the description of a server.
    public init(name: String, cluster: String, address: String, state: State) {
        self.name = name
        self.cluster = cluster
        self.address = address
        self.state = state
    }
}

/// An action on a server of the demo.
public enum DemoAction: String, Sendable, Codable {
    /// Kill the server (SIGKILL), as if its machine lost power.
    case stop
    /// Start the server again.
    case start
    /// Suspend the server (SIGSTOP). Its connections stay open, but it does not answer.
    case freeze
    /// Resume the server (SIGCONT).
    case thaw
}

/// A failed request to the servers of the demo.
public struct DemoError: Error, Sendable, CustomStringConvertible {
    /// The reason for the failure.
    public let description: String

    /// Creates an error.
    ///
    /// - Parameter description: The reason for the failure.
    public init(_ description: String) {
        self.description = description
    }
}
