import Logging
import NIOCore
import RouletteNATS

extension ClusterPool {
    /// Creates the connections of a cluster, without connecting.
    init(
        cluster: Cluster,
        server: ClusterConfiguration,
        claim: RingClaim,
        configuration: RouletteConfiguration,
        eventLoopGroup: any EventLoopGroup,
        logger: Logger,
        plaintextLogins: AddressMemory,
        dialer: Dialer,
        clock: TimeSource,
        pacers: WritePacers,
        tracing: MessageTracing?,
        observe: @escaping @Sendable (PooledConnectionID, NATSEvent) -> Void,
        serverUpdated: @escaping @Sendable () -> Void
    ) throws(RouletteError) {
        func connections(_ role: ConnectionRole) throws(RouletteError) -> [PooledConnection] {
            var result: [PooledConnection] = []
            for slot in 0..<configuration.poolSize {
                let id = PooledConnectionID(cluster: cluster, role: role, slot: slot)
                let name = "\(configuration.connectionName) \(role.rawValue) \(slot) \(claim)"
                var settings = configuration.connection(to: server, name: name)
                settings.plaintextLogins = plaintextLogins
                do {
                    let client = try NATSClient(
                        configuration: settings,
                        eventLoopGroup: eventLoopGroup,
                        logger: logger,
                        dialer: dialer,
                        clock: clock,
                        pacers: pacers,
                        observer: { event in observe(id, event) },
                        serverUpdated: serverUpdated
                    )
                    result.append(
                        PooledConnection(
                            cluster: cluster,
                            role: role,
                            slot: slot,
                            client: client,
                            coder: configuration.coder,
                            tracing: tracing
                        )
                    )
                } catch {
                    throw RouletteError(error, cluster: cluster)
                }
            }
            return result
        }
        self.init(
            cluster: cluster,
            publishers: configuration.role == .subscriber ? [] : try connections(.publisher),
            subscribers: configuration.role == .publisher ? [] : try connections(.subscriber)
        )
    }
}
