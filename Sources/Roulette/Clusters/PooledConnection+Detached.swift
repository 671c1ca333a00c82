import Logging
import NIOPosix
import RouletteNATS

extension PooledConnection {
    /// Takes the place of the connection of a message that was not received from a server.
    static func detached(_ cluster: Cluster, _ coder: (any MessageCoder)?) throws(RouletteError) -> PooledConnection {
        do {
            return PooledConnection(
                cluster: cluster,
                role: .subscriber,
                slot: 0,
                client: try unusedClient.get(),
                coder: coder,
                isDetached: true
            )
        } catch {
            throw RouletteError(error, cluster: cluster)
        }
    }

    /// The client that all detached connections share. It never runs.
    private static let unusedClient = Result { () throws(NATSError) in
        try NATSClient(
            configuration: NATSClientConfiguration(address: .init(host: "none")),
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
            logger: .silent,
            observer: { _ in }
        )
    }
}
