/// Causes and undoes faults in a demo for the console.
public protocol DemoControl: Sendable {
    /// Returns the current state of the demo.
    func state() async throws(DemoError) -> DemoState

    /// Causes or undoes a fault.
    /// - Returns: The state of the demo after the action.
    func perform(_ action: DemoAction) async throws(DemoError) -> DemoState
}

/// Everything in a demo that can have a fault, at one time.
public struct DemoState: Sendable, Hashable, Codable {
    /// Grows with every state. Answers to concurrent requests can arrive out of order, so the console ignores a state with a
    /// lower revision.
    public let revision: Int
    /// The program in front of each cluster; nil until the demo has answered.
    public let balancing: DemoBalancing?
    /// The nodes, balancers, routes and programs, ordered by cluster.
    public var targets: [DemoTarget]

    /// Creates a state.
    public init(revision: Int, balancing: DemoBalancing?, targets: [DemoTarget]) {
        self.revision = revision
        self.balancing = balancing
        self.targets = targets
    }
}

/// The load balancers of a demo.
public enum DemoBalancing: String, Sendable, Hashable, Codable, CaseIterable {
    /// A HAProxy process for each cluster.
    case haProxy = "haproxy"
    /// A small TCP balancer that is part of the demo.
    case own
}

/// A part of a demo that can have a fault.
public struct DemoTarget: Sendable, Hashable, Codable {
    /// The kind of a target.
    public enum Kind: String, Sendable, Hashable, Codable {
        /// A server.
        case node
        /// The load balancer of a cluster.
        case balancer
        /// The routes between two servers of a cluster.
        case routes
        /// A program that uses the clusters.
        case program
    }

    /// The kind of the target.
    public let kind: Kind
    /// The name, which is unique among the targets of its kind.
    public let name: String
    /// The name of its cluster; nil for a program.
    public let cluster: String?
    /// The address for clients, if it has one.
    public let address: String?
    /// The fault in effect.
    public var fault: DemoFault?

    /// Creates a target.
    public init(_ kind: Kind, _ name: String, cluster: String?, address: String? = nil, fault: DemoFault? = nil) {
        self.kind = kind
        self.name = name
        self.cluster = cluster
        self.address = address
        self.fault = fault
    }
}

/// A fault to cause or to undo.
public struct DemoAction: Sendable, Hashable, Codable {
    /// The fault.
    public let fault: DemoFault
    /// The name of the target, of the kind that the fault applies to.
    public let target: String
    /// Whether to undo the fault.
    public let isUndoing: Bool

    /// Creates an action.
    public init(_ fault: DemoFault, _ target: String, isUndoing: Bool = false) {
        self.fault = fault
        self.target = target
        self.isUndoing = isUndoing
    }
}

/// A failed request to the demo.
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
