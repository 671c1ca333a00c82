import NATSMonitoring
import TerminalUI

/// Chooses the reports of servers that are worth an event, and limits their number.
struct AdvisoryDigest: Sendable {
    /// The time that the limits apply to.
    static let window: Duration = .seconds(10)
    /// The maximum number of events in a window.
    static let limit = 5
    /// The number of clients that connect within a window that is worth an event.
    static let manyClients = 50

    private let cluster: Int
    private var events = 0
    private var omitted = 0
    private var connected = 0
    private var disconnected = 0

    init(cluster: Int) {
        self.cluster = cluster
    }

    /// Takes in a report.
    /// - Returns: The event, or nil if it is not worth one or if there were too many.
    mutating func add(_ advisory: SystemAdvisory) -> EventRow? {
        guard let row = row(advisory) else { return nil }
        guard events < Self.limit else {
            omitted += 1
            return nil
        }
        events += 1
        return row
    }

    /// Ends the window.
    /// - Returns: What happened too often in it for an event of its own.
    mutating func endWindow() -> [EventRow] {
        defer { self = AdvisoryDigest(cluster: cluster) }
        var rows: [EventRow] = []
        if omitted > 0 {
            let text: SafeText = "\(omitted) more reports of servers within \(SafeText.duration(Self.window)) are not shown"
            rows.append(EventRow(.missed, .warning, cluster: cluster, detail: text))
        }
        if connected >= Self.manyClients {
            let text: SafeText =
                "\(connected) clients connected and \(disconnected) disconnected within \(SafeText.duration(Self.window))"
            rows.append(EventRow(.note, .warning, cluster: cluster, detail: text))
        }
        return rows
    }

    private mutating func row(_ advisory: SystemAdvisory) -> EventRow? {
        let server = SafeText(untrusted: advisory.server, maximumBytes: 128)
        let client = advisory.client.map { SafeText($0) } ?? "a client"
        switch advisory.kind {
        case .shutdown:
            return EventRow(
                .lameDuck,
                .warning,
                cluster: cluster,
                detail: "\(server) shut down",
                trace: .leaving(server: server, isShutDown: true)
            )
        case .lameDuck:
            return EventRow(
                .lameDuck,
                .warning,
                cluster: cluster,
                detail: "\(server) is shutting down (lame duck mode)",
                trace: .leaving(server: server, isShutDown: false)
            )
        case .connected:
            connected += 1
            return nil
        case .disconnected(let reason):
            disconnected += 1
            // A client that leaves, or a server that stops, is not a problem of a client.
            let isProblem = advisory.isSlowConsumer || reason.hasPrefix("Stale Connection") || reason.hasPrefix("Maximum")
            guard isProblem else { return nil }
            return EventRow(
                advisory.isSlowConsumer ? .slowConsumer : .note,
                .warning,
                cluster: cluster,
                detail: "\(server) disconnected \(client): \(SafeText(untrusted: reason, maximumBytes: 128))"
            )
        case .refused(let reason):
            return EventRow(
                .note,
                .warning,
                cluster: cluster,
                detail: "\(server) refused \(client): \(SafeText(untrusted: reason, maximumBytes: 128))"
            )
        }
    }
}

extension SafeText {
    /// The name of a client, or its user, and its address.
    fileprivate init(_ client: SystemAdvisory.Client) {
        let name = client.name.isEmpty ? client.user : client.name
        let host = SafeText(untrusted: client.host, maximumBytes: 64)
        self = name.isEmpty ? "a client at \(host)" : "\(SafeText(untrusted: name, maximumBytes: 128)) at \(host)"
    }
}
