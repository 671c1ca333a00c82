import TerminalUI

extension KeyAction {
    /// The actions that work in every view, in the order of the help.
    static let everywhere = allCases.filter { $0.perform != nil && $0.scope == .everywhere }

    /// The additional actions of the demo.
    static let demo = allCases.filter { $0.scope == .demo }

    /// The actions that move in lists and between panes.
    static let moves: [KeyAction] = [
        .up, .down, .pageUp, .pageDown, .halfPageUp, .halfPageDown, .first, .last, .open, .nextPane, .previousPane,
    ]

    /// The hints of the keys that work in every view, the most important first.
    static let hints: [(action: KeyAction, label: SafeText)] = [
        (.subscribe, "subscribe"), (.publish, "publish"), (.filter, "filter"), (.help, "help"), (.quit, "quit"),
    ]

    /// The hints on a narrow screen, with shorter labels. Help is first, because it lists the keys without a hint.
    static let shortHints: [(action: KeyAction, label: SafeText)] = [
        (.help, "help"), (.subscribe, "sub"), (.publish, "pub"), (.filter, "filter"), (.quit, "quit"),
    ]
}
