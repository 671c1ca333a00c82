import Settings
import TerminalUI

/// `?` shows the keys that work in the open view, and the commands. Typing searches at once, also in the keys of the other views.
/// The help is generated from the lists of keys and commands.
struct HelpPrompt: ConsolePrompt {
    private let list: HelpList
    /// The keys that open views and the keys of the other views, for the search.
    private let others: [HelpList.Section]
    private var scroll = ScrollState()
    private var search = TextField(maximumBytes: 64)
    private var size = Size.zero

    init(for view: any ConsoleView, views: [any ConsoleView], _ data: DashboardData) {
        list = Self.list(for: view, data)
        // The row of tabs shows the keys of the views.
        let opening = Self.section("Views", views.map { type(of: $0).opening }, data)
        let others = views.filter { type(of: $0).opening != type(of: view).opening }
        let sections = others.map { other in
            let own = Self.own(other).filter { $0.scope == type(of: other).scope }
            return Self.section("In \(type(of: other).title)", own, data)
        }
        self.others = [opening] + sections
    }

    private static func section(_ title: SafeText, _ actions: [KeyAction], _ data: DashboardData) -> HelpList.Section {
        HelpList.Section(
            title,
            actions.filter { data.keys.key(for: $0) != nil }.map {
                KeyHints.Hint(key: data.keys.keys(for: $0), label: SafeText(untrusted: $0.summary))
            }
        )
    }

    /// Returns the actions of a view without those that move.
    private static func own(_ view: any ConsoleView) -> [KeyAction] {
        type(of: view).actions.map(\.action).filter { $0.scope != .everywhere || !KeyAction.moves.contains($0) }
    }

    private static func list(for view: any ConsoleView, _ data: DashboardData) -> HelpList {
        let commands = Command.all.map {
            KeyHints.Hint(key: ":\(untrusted: $0.name) \($0.arguments)", label: $0.summary)
        }
        let sections = [
            section(type(of: view).title, own(view), data),
            section("Everywhere", KeyAction.everywhere + (data.demo == nil ? [] : KeyAction.demo), data),
            section("Moving", KeyAction.moves, data),
            HelpList.Section("Commands", commands),
        ]
        return HelpList(
            sections.filter { !$0.hints.isEmpty },
            titleStyle: data.theme[.title],
            keyStyle: data.theme[.key]
        )
    }

    /// The entries to show.
    private var shown: HelpList {
        guard !search.isEmpty else { return list }
        var all = list
        all.sections += others
        return all.filtered(by: search.text)
    }

    mutating func handle(_ key: Key, _ data: DashboardData) -> PromptResponse {
        let isScroll = [.up, .down, .pageUp, .pageDown, .home, .end].contains(key.code)
        switch (key.code, key.modifiers) {
        case (.character("c"), .control): return .close
        case (.escape, []):
            guard !search.isEmpty else { return .close }
            search.setText("")
            scroll.scrollToTop()
        case (.character, []) where search.isEmpty && data.keys.action(for: key, in: .everywhere) == .help: return .close
        // The key that begins a filter in the views is ignored at the beginning of the search.
        case (.character, []) where search.isEmpty && data.keys.action(for: key, in: .everywhere) == .filter: break
        default:
            let action = data.keys.action(for: key, in: .everywhere)
            if action == .help, case .function = key.code { return .close }
            if isScroll, let action {
                _ = scroll.handle(action, count: shown.rowCount(width: size.width), height: size.height)
            } else if search.handle(key) == .edited {
                scroll.scrollToTop()
            }
        }
        return .stay
    }

    mutating func insert(_ paste: Paste) { search.insert(paste) }

    /// The area of the entries, below the search.
    private func area(in inside: Rect) -> Rect { inside.droppingTop(1) }

    mutating func refresh(_ data: DashboardData, view: Size) {
        size = area(in: Pane(Rect(view)).inside).size
        scroll.update(count: shown.rowCount(width: size.width), height: size.height)
    }

    func draw(_ data: DashboardData, into buffer: inout CellBuffer, view: Rect, line: Rect) -> Point? {
        buffer.clear(view, style: data.theme[.text])
        let list = shown
        let rows = list.rowCount(width: size.width)
        let isCut = rows > size.height
        let more: SafeText = isCut ? "pgdn more  " : ""
        let pane = Pane(view)
        let inside = pane.inside
        pane.draw(
            "Help",
            note: "\(more)\(data.keys.key(for: .back) ?? "esc") \(search.isEmpty ? "back" : "all keys")",
            isFocused: true,
            theme: data.theme,
            into: &buffer
        )
        let cursor = search.draw(
            into: &buffer,
            in: inside.row(0),
            style: data.theme[.input],
            placeholder: "type to search",
            placeholderStyle: data.theme[.input].overlaid(with: data.theme[.muted])
        )
        let area = area(in: inside)
        list.draw(into: &buffer, in: area, offset: scroll.offset)
        if list.sections.isEmpty {
            buffer.write("No key or command matches.", in: area.row(0), style: data.theme[.muted])
        }
        Highlight.draw(search.text, in: area, of: &buffer, style: data.theme[.match])
        let bar = Rect(x: view.right - 1, y: area.y, width: 1, height: area.height)
        Scrollbar(count: rows, offset: scroll.offset, height: area.height)
            .draw(into: &buffer, in: bar, style: data.theme[.focusedBorder])
        return cursor
    }
}
