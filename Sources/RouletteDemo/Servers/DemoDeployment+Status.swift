import NATSMonitoring
import RouletteNATS

extension DemoDeployment.Node {
    /// The time limit for an answer of the monitoring.
    private static let timeout: Duration = .seconds(1)

    /// Returns the status of this server; nil if it does not answer, or if another program listens on its port.
    func status() async -> ServerStatus? {
        guard let endpoint = try? MonitorEndpoint(monitor) else { return nil }
        var server = ServerMonitor(endpoint: endpoint)
        server.timeout = Self.timeout
        guard let status = try? await server.status(), status.name == name else { return nil }
        return status
    }
}
