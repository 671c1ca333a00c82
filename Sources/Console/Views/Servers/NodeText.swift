import Roulette
import Settings
import TerminalUI

// A state is always shown with a glyph and a word, so that it does not depend on color.

extension NodeRow {
    /// Whether INFO alone determines the state: the server is gone, or has no monitoring.
    private var nodeState: ClusterNode.State? {
        guard let node else { return nil }
        switch (node.state, monitored?.state) {
        // No other server knows it, and it does not answer.
        case (.gone, nil), (.gone, .unreachable), (.gone, .unknown), (.gone, .asking): return .gone
        case (let state, nil), (let state, .unknown): return state
        default: return nil
        }
    }

    func glyph(_ glyphs: GlyphSet) -> SafeText {
        switch nodeState {
        case .present: glyphs.full
        case .gone: glyphs.hollow
        case .unseen: glyphs.showsUnicode ? "◌" : "~"
        case nil: monitored?.state.glyph(glyphs) ?? glyphs.missing
        }
    }

    /// The state, followed by a shorter form.
    var stateForms: [SafeText] {
        let age = SafeText.wholeSeconds(node?.stateDuration ?? .zero)
        return switch nodeState {
        // Without a connection, its cluster says that it is there.
        case .present: node?.connections == 0 ? ["announced", "listed"] : ["up"]
        case .gone: ["gone \(age)", "gone"]
        case .unseen: ["unseen \(age)", "unseen"]
        case nil: monitored?.state.words ?? ["unknown"]
        }
    }

    var role: ThemeRole {
        switch nodeState {
        case .present: .statusUp
        case .gone: .severityError
        case .unseen: .statusStale
        case nil: monitored?.state.role ?? .muted
        }
    }

    /// The problem of the server.
    func reason(_ now: Duration) -> SafeText? {
        if node?.state == .gone, nodeState == nil {
            return "it answers its monitoring URL, but no server of its cluster announces it; are routes cut?"
        }
        return nodeState == .gone ? nil : monitored?.reason(now)
    }
}

extension NodeGroup {
    /// The servers of the cluster in one line.
    func line(_ data: DashboardData) -> StyledLine {
        var line = StyledLine(data.deployment.clusterName(cluster.id), .accent)
        if let misleading = cluster.misleading { line.append("  \(misleading)", .severityError) }
        if cluster.nodes.total > 0 {
            line.append("  \(cluster.nodesText) nodes", cluster.nodes.gone > 0 ? .severityError : .muted)
        }
        if let gone = cluster.gone { line.append(", \(gone)", .severityError) }
        let connections = SafeText.counted(ownConnections, "connection")
        line.append("  \(connections)", .muted)
        let reading = monitoring.reading
        if reading.mesh.expected > 0 {
            let role: ThemeRole = reading.mesh.gaps.isEmpty ? .muted : .severityError
            line.append("  \(reading.mesh.present)/\(reading.mesh.expected) routes", role)
        }
        let (sum, known) = reading.rates
        if known > 0 {
            line.append("  in \(SafeText.rate(sum.messagesIn)) \(SafeText.byteRate(sum.bytesIn))", .text)
            line.append("  out \(SafeText.rate(sum.messagesOut)) \(SafeText.byteRate(sum.bytesOut))", .text)
        }
        return line
    }

    /// The maximum number of pairs without a route that are named.
    private static let namedGaps = 3

    /// What is wrong between the servers, and what the figures of the cluster leave out.
    var remarks: [SafeText] {
        var remarks = [unmatched].compactMap(\.self)
        if monitoring.sources.isEmpty {
            return remarks + ["no rates: this cluster has no monitor URL and no login of the system account"]
        }
        let reading = monitoring.reading
        let gaps = reading.mesh.gaps
        if !gaps.isEmpty {
            let named = gaps.prefix(Self.namedGaps).map { SafeText($0) }.joined(separator: ", ")
            let rest: SafeText = gaps.count > Self.namedGaps ? ", and \(gaps.count - Self.namedGaps) more pairs" : ""
            remarks.append("no route between \(named)\(rest)")
        }
        // The failure of a source is shown at the server that it is about, if there is one.
        let isShown = nodes.contains { $0.monitored?.status == nil && $0.monitored?.failure != nil }
        if !isShown { remarks += monitoring.commonFailures.map { "\(untrusted: $0)" } }
        let known = reading.rates.known
        if known > 0, known < present {
            remarks.append("rates of \(known) of \(present) servers, the others are not known")
        }
        if known > 0, reading.ratesIncludeRoutes {
            remarks.append("the rates include messages between the servers, because their routes could not be read")
        }
        let balanced = monitoring.balancedURLs
        if !balanced.isEmpty {
            let urls = balanced.map { SafeText(untrusted: $0) }.joined(separator: ", ")
            remarks.append("several servers answer at \(urls), one at a time")
        }
        return remarks
    }

    /// The servers that hold no connection of the console and listen on all interfaces, so that they have several addresses
    /// and no name; nil if there are none.
    var unmatched: SafeText? {
        let addresses = cluster.nodes.unmatchedAddresses
        let named = cluster.nodes.all.count { $0.address == nil }
        guard addresses.count > named else { return nil }
        let shown = addresses.prefix(4).map { SafeText(untrusted: $0, maximumBytes: 64) }.joined(separator: ", ")
        let rest: SafeText = addresses.count > 4 ? " and \(addresses.count - 4) more" : ""
        return "\(named) of \(addresses.count) servers are known by name; the addresses are \(shown)\(rest)"
    }
}
