import Settings
import TerminalUI

/// An action that works in every view.
///
/// ``KeyAction`` declares the name, help text, scope and standard keys of an action. To add an action that works everywhere, add
/// it there and here. Add an action of one view there and in the view.
struct GlobalKey: Sendable {
    let action: KeyAction
    let perform: @Sendable (inout ConsoleModel) -> [Effect]

    private init(_ action: KeyAction, perform: @escaping @Sendable (inout ConsoleModel) -> [Effect]) {
        self.action = action
        self.perform = perform
    }

    /// Creates an action that only changes the model.
    private static func local(_ action: KeyAction, _ change: @escaping @Sendable (inout ConsoleModel) -> Void) -> GlobalKey {
        GlobalKey(action) { model in
            change(&model)
            return []
        }
    }

    /// The global actions in the order of the help.
    static let all: [GlobalKey] = [
        local(.subscribe) { $0.openSubscribe($0.selectedTopic) },
        local(.unsubscribe) { $0.openUnsubscribe() },
        local(.publish) { $0.openPublish(MessageDraft(topic: $0.selectedTopic)) },
        GlobalKey(.cancelSending) { $0.cancelSending() },
        local(.filter) { $0.prompt = FilterPrompt(text: $0.views.current.filter, history: $0.history(.filter)) },
        local(.command) { $0.prompt = CommandPrompt(history: $0.history(.command)) },
        local(.help) { $0.prompt = HelpPrompt(for: $0.views.current, views: $0.views.views, $0.data) },
        GlobalKey(.back) { $0.performInView(.back) },
        GlobalKey(.nextTheme) { [.background(.loadNextTheme(after: $0.data.theme.name))] },
        GlobalKey(.mouse) { $0.toggleMouse() },
        GlobalKey(.copyScreen) { _ in [.terminal(.copyScreen)] },
        GlobalKey(.redraw) { _ in [.terminal(.redraw)] },
        GlobalKey(.suspend) { _ in [.terminal(.suspend)] },
        GlobalKey(.quit) { $0.quit() },
    ]

    /// The additional global actions of the demo.
    static let demo: [GlobalKey] = [
        GlobalKey(.demoNode) { $0.openDemoNodes() }
    ]

    /// Returns the global action; nil if the open view handles the action.
    static func performing(_ action: KeyAction) -> GlobalKey? {
        (all + demo).first { $0.action == action }
    }
}

extension GlobalKey {
    /// The global keys in the hints, the most important first.
    static let hints: [(action: KeyAction, label: SafeText)] = [
        (.subscribe, "subscribe"), (.publish, "publish"), (.filter, "filter"), (.help, "help"), (.quit, "quit"),
    ]

    /// The hints on a narrow screen, with shorter labels. Help is first, because it lists the keys without a hint.
    static let shortHints: [(action: KeyAction, label: SafeText)] = [
        (.help, "help"), (.subscribe, "sub"), (.publish, "pub"), (.filter, "filter"), (.quit, "quit"),
    ]

    /// The actions that move in lists and between panes.
    static let moves: [KeyAction] = [
        .up, .down, .pageUp, .pageDown, .halfPageUp, .halfPageDown, .first, .last, .open, .nextPane, .previousPane,
    ]
}
