import Settings
import TerminalUI

/// `?` shows the keys that work in the open view, and the commands. The help is generated from the lists of keys and commands.
struct HelpPrompt: ConsolePrompt {
    private let list: HelpList
    private var scroll = ScrollState()
    private var search: TextField?
    private var isTyping = false

    init(for view: any ConsoleView, views: [any ConsoleView], _ data: DashboardData) {
        list = Self.list(for: view, views: views, data)
    }

    private static func list(for view: any ConsoleView, views: [any ConsoleView], _ data: DashboardData) -> HelpList {
        func section(_ title: SafeText, _ actions: [KeyAction]) -> HelpList.Section {
            HelpList.Section(
                title,
                actions.filter { data.keys.key(for: $0) != nil }.map {
                    KeyHints.Hint(key: data.keys.keys(for: $0), label: SafeText(untrusted: $0.summary))
                }
            )
        }
        let commands = Command.all.map {
            KeyHints.Hint(key: ":\(untrusted: $0.name) \($0.arguments)", label: $0.summary)
        }
        let own = type(of: view).actions.map(\.action).filter { $0.scope != .everywhere || !KeyAction.moves.contains($0) }
        let sections = [
            section(type(of: view).title, own),
            section("Everywhere", KeyAction.everywhere + (data.demo == nil ? [] : KeyAction.demo)),
            section("Moving", KeyAction.moves),
            section("Views", views.map { type(of: $0).opening }),
            HelpList.Section("Commands", commands),
        ]
        return HelpList(
            sections.filter { !$0.hints.isEmpty },
            titleStyle: data.theme[.title],
            keyStyle: data.theme[.key]
        )
    }

    private var shown: HelpList { list.filtered(by: search?.text ?? "") }

    mutating func handle(_ key: Key, _ data: DashboardData) -> PromptResponse {
        if isTyping, var field = search {
            switch (key.code, key.modifiers) {
            case (.enter, []): isTyping = false
            case (.escape, []), (.character("c"), .control): (search, isTyping) = (nil, false)
            default: _ = field.handle(key)
            }
            if isTyping {
                search = field
                scroll.scrollToTop()
            }
            return .stay
        }
        switch data.keys.action(for: key, in: .everywhere) {
        case .filter: (search, isTyping) = (TextField(maximumBytes: 64), true)
        case .back where search != nil: search = nil
        case .back, .help, .quit: return .close
        // The height is not known here. Drawing corrects an offset that is too large.
        case let action?: _ = scroll.handle(action, count: shown.rowCount, height: 10)
        case nil: break
        }
        return .stay
    }

    mutating func insert(_ paste: Paste) {
        if isTyping { search?.insert(paste) }
    }

    func draw(_ data: DashboardData, into buffer: inout CellBuffer, view: Rect, line: Rect) -> Point? {
        buffer.clear(view, style: data.theme[.text])
        let keys: SafeText = "\(data.keys.key(for: .filter) ?? "") search  \(data.keys.key(for: .back) ?? "") back"
        let inside = buffer.drawBox(
            view,
            title: "Help",
            note: keys,
            style: data.theme[.focusedBorder],
            titleStyle: data.theme[.title]
        ).inset(horizontal: 1)
        var scroll = scroll
        let list = shown
        scroll.update(count: list.rowCount, height: inside.height)
        list.draw(into: &buffer, in: inside, offset: scroll.offset)
        guard let search else { return nil }
        buffer.clear(line, style: data.theme[.input])
        let used = buffer.write("search ", at: line.origin, style: data.theme[.key], clip: line)
        let space = Rect(x: line.x + used, y: line.y, width: line.width - used, height: line.height)
        let cursor = search.draw(into: &buffer, in: space, style: data.theme[.input])
        return isTyping ? cursor : nil
    }
}
