import Settings
import TerminalUI

/// Asks before connections are made anew: which of them, and what happens.
struct ReconnectPrompt: ConsolePrompt {
    /// What can be chosen, from one connection to all of them.
    private let targets: [ReconnectTarget]
    private var list = ListState<Int>()

    /// - Parameter target: What was asked for; the wider choices are offered after it.
    init(_ target: ReconnectTarget, _ data: DashboardData) {
        var targets = [target]
        if case .connection(let id) = target { targets.append(.cluster(id.cluster)) }
        if target != .all, data.clusters.count > 1 { targets.append(.all) }
        self.targets = targets
    }

    mutating func handle(_ key: Key, _ data: DashboardData) -> PromptResponse {
        list.update(targets.indices, height: targets.count)
        switch (key.code, key.modifiers) {
        case (.character("y"), []), (.character("Y"), []), (.enter, []):
            return .submit(.reconnect(targets[list.index ?? 0]))
        case (.character("n"), []), (.character("N"), []), (.character("q"), []), (.escape, []),
            (.character("c"), .control):
            return .close
        default:
            if let action = data.keys.action(for: key, in: .everywhere) {
                _ = list.handle(action, in: targets.indices, height: targets.count)
            }
            return .stay
        }
    }

    mutating func insert(_ paste: Paste) {}

    func draw(_ data: DashboardData, into buffer: inout CellBuffer, view: Rect, line: Rect) -> Point? {
        let selected = list.index ?? 0
        let hints = KeyHints(
            [KeyHints.Hint(key: "y", label: "reconnect"), KeyHints.Hint(key: "n", label: "leave it")],
            keyStyle: data.theme[.key]
        )
        let texts = targets.map { Self.name($0, data) }
        let size = Size(width: min(52, (texts.map(\.width).max() ?? 0) + 2), height: targets.count)
        let inside = Dialog(
            title: "Reconnect",
            message: [Self.consequence(targets[selected], data)],
            hints: hints,
            styles: .dialog(data.theme)
        ).draw(into: &buffer, in: view.centered(Size(width: 60, height: view.height)), contentSize: size)
        for (index, text) in texts.enumerated() {
            let mark = index == selected ? buffer.glyphs.selection + " " : "  "
            buffer.write(mark + text, in: inside.row(index))
            if index == selected { buffer.restyle(inside.row(index), with: data.theme[.selection]) }
        }
        return nil
    }

    /// What is chosen, in a few words.
    static func name(_ target: ReconnectTarget, _ data: DashboardData) -> SafeText {
        let count = rows(target, data).count
        switch target {
        case .connection(let id):
            let label: SafeText = id.role == .publisher ? "publisher \(id.slot)" : "subscriber \(id.slot)"
            return "\(label) of \(data.deployment.clusterName(id.cluster))"
        case .cluster(let cluster): return "all \(count) connections of \(data.deployment.clusterName(cluster))"
        case .all: return "all \(count) connections of \(data.clusters.count) clusters"
        }
    }

    /// What happens if it is done now.
    private static func consequence(_ target: ReconnectTarget, _ data: DashboardData) -> SafeText {
        let rows = rows(target, data)
        let up = rows.filter(\.isUp)
        guard !up.isEmpty else { return "Not up now: the next try is made at once." }
        var text: SafeText = up.count == 1 ? "The connection is given up and made anew." : "They are given up and made anew."
        let unconfirmed = up.reduce(0) { $0 + $1.unconfirmed }
        if unconfirmed > 0 { text += " Up to \(unconfirmed) messages that the server has not confirmed can be lost." }
        if up.contains(where: { $0.subscriptions > 0 }) { text += " Subscriptions miss what is sent meanwhile." }
        if up.count < rows.count { text += " The \(rows.count - up.count) not up try at once." }
        return text
    }

    private static func rows(_ target: ReconnectTarget, _ data: DashboardData) -> [ConnectionRow] {
        data.clusters.flatMap(\.connections).filter { target.includes($0.id) }
    }
}
