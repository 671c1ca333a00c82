import NATS
import NATSMonitoring

extension DemoDeployment.Node {
    /// How long an answer of the monitoring may take.
    private static let timeout: Duration = .seconds(1)

    /// The status of this server; nil if it does not answer, or if another program listens on its port.
    func status() async -> ServerStatus? {
        guard let endpoint = try? MonitorEndpoint(monitor) else { return nil }
        var server = ServerMonitor(endpoint: endpoint)
        server.timeout = Self.timeout
        guard let status = try? await server.status(), status.name == name else { return nil }
        return status
    }
}
