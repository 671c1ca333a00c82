import TerminalUI

/// Something that a detail pane shows and that can be opened.
enum Jump: Sendable, Hashable {
    /// The connections of a cluster, by its position on the ring.
    case cluster(Int)
    case connection(ConnectionRow.ID)
    /// A server, by the position of its cluster and its id.
    case server(cluster: Int, id: String)
}

/// A view that was left by a jump, to come back to.
struct Crumb: Sendable {
    /// The position of the view among all views.
    let index: Int
    let view: any ConsoleView
}

/// The jumps since a view was opened by its key.
struct Trail: Sendable {
    /// The maximum number of jumps to come back from.
    static let capacity = 20

    private(set) var crumbs: [Crumb] = []
    /// Where the jumps led to, in words, beginning with the first view.
    private(set) var path: [SafeText] = []

    var isEmpty: Bool { crumbs.isEmpty }

    /// The path in one line.
    var text: SafeText { path.joined(separator: " › ") }

    mutating func add(_ crumb: Crumb, from: SafeText, to: SafeText) {
        if path.isEmpty { path = [from] }
        path.append(to)
        crumbs.append(crumb)
        guard crumbs.count > Self.capacity else { return }
        crumbs.removeFirst()
        path.removeFirst()
    }

    /// Removes the last jump.
    /// - Returns: The view that it left.
    mutating func removeLast() -> Crumb? {
        guard let crumb = crumbs.popLast() else { return nil }
        path.removeLast()
        if crumbs.isEmpty { path = [] }
        return crumb
    }

    mutating func clear() { self = Trail() }
}

extension ConsoleModel {
    /// Opens what a detail pane shows. Escape comes back.
    mutating func follow(_ jump: Jump) {
        let crumb = Crumb(index: views.selected, view: views.current)
        let from: SafeText = "\(type(of: views.current).title) \(subject)"
        switch jump {
        case .cluster(let cluster):
            _ = views.open(.connections)
            views[ConnectionsView.self]?.show(cluster: cluster)
        case .connection(let id):
            _ = views.open(.connections)
            views[ConnectionsView.self]?.show(id)
        case .server(let cluster, let id):
            guard let row = data.nodeGroups.first(where: { $0.cluster.id == cluster })?.node(withID: id) else {
                return show(.warning("the server is no longer known"))
            }
            _ = views.open(.servers)
            views[ServersView.self]?.show(row.id)
        }
        trail.add(crumb, from: from.truncated(to: 40), to: name(jump))
    }

    /// Comes back from the last jump.
    /// - Returns: Whether there was one.
    mutating func comeBack() -> Bool {
        guard let crumb = trail.removeLast() else { return false }
        views.restore(crumb)
        return true
    }

    /// What the open view shows details of.
    private var subject: SafeText {
        if let view = views.current as? ConnectionsView, let id = view.list.selection { return name(.connection(id)) }
        return views.current.selectedTopic(data).map { "\(untrusted: $0)" } ?? .empty
    }

    private func name(_ jump: Jump) -> SafeText {
        switch jump {
        case .cluster(let cluster): return data.deployment.clusterName(cluster)
        case .connection(let id): return ReconnectPrompt.name(.connection(id), data)
        case .server(let cluster, let id):
            let row = data.nodeGroups.first { $0.cluster.id == cluster }?.node(withID: id)
            return SafeText(untrusted: row?.name ?? id, maximumBytes: 64)
        }
    }
}

extension NodeGroup {
    /// Returns the server with this id.
    func node(withID id: String) -> NodeRow? {
        nodes.first { $0.monitored?.status?.id == id || $0.node?.server?.id == id || $0.id.server == id }
    }
}
