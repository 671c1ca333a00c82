import NIOCore
import NIOPosix

/// Forwards TCP connections from a port of this machine to others, in turn. It skips a target that refuses a connection.
///
/// It is the balancer of a demo without HAProxy, and the way between two servers of a cluster.
final class TCPForwarder: Sendable {
    private let listener: any Channel
    private let connections: ForwardedConnections

    private init(listener: any Channel, connections: ForwardedConnections) {
        self.listener = listener
        self.connections = connections
    }

    /// Listens on a port of 127.0.0.1.
    ///
    /// - Parameters:
    ///   - port: The port to listen on.
    ///   - targets: The ports to forward to. Without any, each connection is closed at once.
    ///   - patience: The time during which a connection that all targets refuse is tried again, before it is closed.
    static func listen(on port: Int, to targets: [Int], patience: TimeAmount = .zero) async throws -> TCPForwarder {
        let connections = ForwardedConnections(targets: targets, patience: patience)
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
            // Nothing is read before there is a connection to a target.
            .childChannelOption(.autoRead, value: false)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(ForwardingHandler(connecting: connections))
                }
            }
            .bind(host: "127.0.0.1", port: port)
            .get()
        return TCPForwarder(listener: listener, connections: connections)
    }

    /// Forwards new connections to these ports, and closes the present ones.
    func lead(to targets: [Int]) {
        connections.lead(to: targets)
    }

    /// Forwards nothing and accepts nothing until ``thaw()``, like a suspended process. Connections stay open.
    func freeze() {
        listener.setOption(.autoRead, value: false).whenFailure { _ in }
        connections.setFrozen(true)
    }

    /// Continues after ``freeze()``.
    func thaw() {
        listener.setOption(.autoRead, value: true).whenFailure { _ in }
        connections.setFrozen(false)
    }

    var isFrozen: Bool { connections.isFrozen }

    /// Stops listening and closes all connections.
    func close() async {
        try? await listener.close()
        connections.lead(to: [])
    }
}
