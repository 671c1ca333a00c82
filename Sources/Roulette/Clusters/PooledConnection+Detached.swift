import Logging
import NATS
import NIOPosix

extension PooledConnection {
    /// Takes the place of the connection of a message that was not received from a server.
    static func detached(_ cluster: Cluster) throws(RouletteError) -> PooledConnection {
        do {
            return PooledConnection(
                cluster: cluster,
                role: .subscriber,
                slot: 0,
                client: try unusedClient.get(),
                isDetached: true
            )
        } catch {
            throw RouletteError(error, cluster: cluster)
        }
    }

    /// The client of all of them. It never runs.
    private static let unusedClient = Result { () throws(NATSError) in
        try NATSClient(
            configuration: NATSClientConfiguration(address: .init(host: "none")),
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
            logger: .silent,
            observer: { _ in }
        )
    }
}
