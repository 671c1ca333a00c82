import CommandSupport

/// The load balancer of a cluster while the demo runs.
protocol DemoBalancer: Sendable {
    /// Leads new connections to the nodes of a cluster, and closes the present ones. With nil, each connection is closed at once.
    func lead(to cluster: DemoDeployment.Cluster?) throws(CommandError)
    /// Suspends the balancer: its connections stay open, but nothing passes.
    func freeze()
    /// Resumes the balancer.
    func thaw()
    /// Whether the balancer is suspended.
    var isFrozen: Bool { get }
}
