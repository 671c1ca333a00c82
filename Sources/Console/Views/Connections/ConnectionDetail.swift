import RouletteNATS
import Settings
import TerminalUI

/// All details of one connection.
struct ConnectionDetail {
    private let row: ConnectionRow
    private let data: DashboardData

    init(_ row: ConnectionRow, _ data: DashboardData) {
        self.row = row
        self.data = data
    }

    /// Returns the details in rows of at most `width` columns.
    func lines(width: Int) -> [StyledLine] {
        var text = DetailText(width: width)
        text.title("\(row.label) of \(data.deployment.clusterName(row.id.cluster))")
        addState(to: &text)
        addServer(to: &text)
        addTraffic(to: &text)
        return text.lines
    }

    /// The role of the figures. Those of a connection that is down are old, so they are muted.
    private var figures: ThemeRole { row.isUp ? .text : .muted }

    private func addState(to text: inout DetailText) {
        let since: SafeText = "\(row.isUp ? "up" : "down") for \(row.age)"
        let isPlain = row.state == .connected || row.state == .reconnecting
        text.add("state", isPlain ? since : "\(row.state.word), \(since)", row.state.role)
        if row.attempt > 0 { text.add("attempts", "\(row.attempt) since it was lost") }
        if let next = row.nextAttempt { text.add("next try", next > .zero ? "in \(SafeText.countdown(next))" : "now") }
        text.add(
            "pings missed",
            "\(row.pingMisses) in a row, lost at \(row.maxPingFailure)",
            row.pingMisses > 0 ? .severityWarn : .text
        )
        if let error = row.lastError {
            text.add("last error", "\(untrusted: error.message)", row.isUp ? .muted : .severityError)
        }
        text.add("reconnected", row.reconnects == 1 ? "once" : "\(row.reconnects) times")
    }

    private func addServer(to text: inout DetailText) {
        text.blank()
        guard let server = row.server else {
            text.note("No server has answered yet.")
            return
        }
        if !row.isUp { text.note("As of \(row.age) ago:") }
        text.add(
            "server",
            "\(untrusted: server.name), nats-server \(untrusted: server.version)",
            figures,
            jump: .server(cluster: row.serverCluster ?? row.id.cluster, id: server.id)
        )
        text.add("server id", "\(untrusted: server.id)", figures)
        let cluster: SafeText = server.cluster.map { "\(untrusted: $0)" } ?? "none, a single server"
        if row.isMisled {
            let own = data.deployment.clusterName(row.id.cluster)
            text.add("its cluster", "\(cluster), not \(own): the load balancer leads to the wrong cluster", .severityError)
        } else {
            text.add("its cluster", cluster, figures)
        }
        if let address = data.clusters.first(where: { $0.id == row.id.cluster })?.address, !address.isEmpty {
            text.add("reached via", "\(untrusted: address)", figures)
        }
        switch row.tls {
        case let encryption? where encryption.isVerified:
            text.add("TLS", "\(untrusted: encryption.version), verified", figures)
        case let encryption?:
            text.add("TLS", "\(untrusted: encryption.version), not verified", .severityWarn)
        case nil where row.isUp: text.add("TLS", "none, plain text")
        case nil: break
        }
    }

    private func add(_ trip: ConnectionSnapshot.RoundTrip, to text: inout DetailText) {
        func shown(_ window: ConnectionSnapshot.RoundTrip.Window?) -> SafeText {
            window.map { "p50 \(SafeText.duration($0.p50)), p99 \(SafeText.duration($0.p99))" } ?? "nothing measured"
        }
        let last: SafeText? = trip.last.map { "last \(SafeText.duration($0))" }
        let handshake: SafeText? = trip.handshake.map { "handshake \(SafeText.duration($0))" }
        text.add("round trip", [last, handshake].compactMap(\.self).joined(separator: ", "), figures)
        text.add("last minute", shown(trip.lastMinute), figures)
        text.add("five minutes", shown(trip.lastFiveMinutes), figures)
    }

    private func addTraffic(to text: inout DetailText) {
        text.blank()
        if let trip = row.roundTrip { add(trip, to: &text) }
        let waiting: SafeText = "\(SafeText.counted(row.bufferedMessages, "message")), \(SafeText.bytes(row.bufferedBytes))"
        text.add("buffered", "\(waiting) \(row.bufferedMessages == 1 ? "waits" : "wait") for the socket", figures)
        text.add("unconfirmed", "\(SafeText.counted(row.unconfirmed, "message")) sent, no PONG since", figures)
        text.add(
            "lost",
            row.lost == 0 ? "nothing" : "at most \(SafeText.counted(row.lost, "message")), with lost connections",
            row.lost == 0 ? figures : .severityWarn
        )
        if row.refused > 0 { text.add("refused", "\(SafeText.counted(row.refused, "message")), by the server", .severityWarn) }
        if row.duplicates > 0 {
            text.add("duplicates", "at most \(SafeText.counted(row.duplicates, "message")), during moves", .severityWarn)
        }
        text.add("in", "\(SafeText.counted(row.messagesIn, "message")), \(SafeText.bytes(row.bytesIn))", figures)
        text.add("out", "\(SafeText.counted(row.messagesOut, "message")), \(SafeText.bytes(row.bytesOut))", figures)
        let dropped: SafeText = "\(SafeText.counted(row.dropped, "message")), consumer too slow"
        text.add("dropped", dropped, row.dropped > 0 ? .severityWarn : figures)
        text.add("subscribed", .counted(row.subscriptions, "subscription"), figures)
        let late = SafeText.counted(row.lateReplies, "late reply", plural: "late replies")
        text.add("requests", "\(row.pendingRequests) pending, \(late)", figures)
    }
}
