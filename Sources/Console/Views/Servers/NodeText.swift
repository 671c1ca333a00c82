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
        let connections: SafeText = ownConnections == 1 ? "1 connection" : "\(ownConnections) connections"
        line.append("  \(connections)", .muted)
        return line
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
