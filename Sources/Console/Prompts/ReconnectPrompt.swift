import Settings
import TerminalUI

/// Asks for confirmation before connections are replaced by new ones, and shows the consequences.
///
/// A connection normally moves: the new one takes over before the old one is closed. One that seems to be broken can be closed
/// first.
struct ReconnectPrompt: ConsolePrompt {
    /// The choices, from one connection to all connections.
    private let targets: [ReconnectTarget]
    private var list = PickList<Int>()

    /// - Parameter target: The requested connections. Wider choices follow it in the list.
    init(_ target: ReconnectTarget, _ data: DashboardData) {
        var targets = [target]
        if case .connection(let id) = target { targets.append(.cluster(id.cluster)) }
        if target != .all, data.clusters.count > 1 { targets.append(.all) }
        self.targets = targets
    }

    mutating func handle(_ key: Key, _ data: DashboardData) -> PromptResponse {
        switch (key.code, key.modifiers) {
        case (.character("y"), []), (.character("Y"), []): return .submit(.reconnect(selected, closesFirst: false))
        case (.character("c"), []), (.character("C"), []): return .submit(.reconnect(selected, closesFirst: true))
        case (.character("n"), []), (.character("N"), []): return .close
        default: break
        }
        return switch list.handle(key, in: Array(targets.indices), data) {
        case .chosen: .submit(.reconnect(selected, closesFirst: false))
        case .cancelled: .close
        case .stays: .stay
        }
    }

    private var selected: ReconnectTarget { targets[list.selection ?? 0] }

    mutating func insert(_ paste: Paste) {}

    func draw(_ data: DashboardData, into buffer: inout CellBuffer, view: Rect, line: Rect) -> Point? {
        list.draw(
            targets.enumerated().map { ($0, Self.name($1, data).truncated(to: 50)) },
            title: "Reconnect",
            message: [Self.consequence(selected, data)],
            hints: [
                KeyHints.Hint(key: "y", label: "reconnect"), KeyHints.Hint(key: "c", label: "close first"),
                KeyHints.Hint(key: "n", label: "cancel"),
            ],
            theme: data.theme,
            into: &buffer,
            in: view.centered(Size(width: 60, height: view.height))
        )
        return nil
    }

    /// Returns the name of a choice.
    static func name(_ target: ReconnectTarget, _ data: DashboardData) -> SafeText {
        let count = rows(target, data).count
        let connections: SafeText = count == 1 ? "the connection" : "all \(count) connections"
        switch target {
        case .connection(let id):
            let label: SafeText = id.role == .publisher ? "publisher \(id.slot)" : "subscriber \(id.slot)"
            return "\(label) of \(data.deployment.clusterName(id.cluster))"
        case .cluster(let cluster):
            return "\(connections) of \(data.deployment.clusterName(cluster))"
        case .all: return "\(connections) of \(SafeText.counted(data.clusters.count, "cluster"))"
        }
    }

    /// Returns the consequences of a choice.
    private static func consequence(_ target: ReconnectTarget, _ data: DashboardData) -> SafeText {
        let rows = rows(target, data)
        let up = rows.filter(\.isUp)
        guard !up.isEmpty else { return "Not connected: the next attempt starts at once." }
        var text: SafeText =
            up.count == 1
            ? "A new connection takes over, and nothing is lost." : "New connections take over, and nothing is lost."
        let unconfirmed = up.reduce(0) { $0 + $1.unconfirmed }
        var losses: [SafeText] = []
        if unconfirmed > 0 { losses.append("up to \(SafeText.counted(unconfirmed, "unconfirmed message")) can be lost") }
        if up.contains(where: { $0.subscriptions > 0 }) { losses.append("subscriptions miss messages sent meanwhile") }
        if let first = losses.first {
            text += " If the old one is closed first, \(losses.dropFirst().reduce(first) { "\($0), and \($1)" as SafeText })."
        }
        let down = rows.count - up.count
        if down > 0 { text += down == 1 ? " The one that is down retries at once." : " The \(down) down retry at once." }
        return text
    }

    private static func rows(_ target: ReconnectTarget, _ data: DashboardData) -> [ConnectionRow] {
        data.clusters.flatMap(\.connections).filter { target.includes($0.id) }
    }
}
