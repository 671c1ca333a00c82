public import TerminalStyle

/// An action that can be bound to a key of the console. The raw value is its name under `[keys]`.
public enum KeyAction: String, Sendable, CaseIterable {
    // Everywhere
    case quit, back, help, command, suspend, redraw
    case nextTheme = "next_theme"
    case copyScreen = "copy_screen"
    case mouse
    case overview, topics, tail, connections, ring, servers, events
    case subscribe, unsubscribe, publish
    case cancelSending = "cancel_sending"
    case demoNode = "demo_node"

    // Moving
    case up, down, left, right, first, last, open
    case halfPageUp = "half_page_up"
    case halfPageDown = "half_page_down"
    case pageUp = "page_up"
    case pageDown = "page_down"
    case nextPane = "next_pane"
    case previousPane = "previous_pane"

    // Tables
    case filter
    case sortColumn = "sort_column"
    case invertSort = "invert_sort"
    case tree

    // Tail
    case pause
    case nextMatch = "next_match"
    case previousMatch = "previous_match"
    case hex, json, wrap, clear, save, copy, edit

    // Connections
    case reconnect

    // Servers
    case closedConnections = "closed_connections"

    // Events
    case severity
}

extension KeyAction {
    /// Where an action's keys work. Two actions may share a key only if their scopes do not overlap.
    public enum Scope: String, Sendable, CaseIterable {
        /// In every view.
        case everywhere
        /// In the Topics view.
        case topics
        /// In the Tail view.
        case tail
        /// In the Connections view.
        case connections
        /// In the Servers view.
        case servers
        /// In the Events view.
        case events
        /// In every view, but only in the demo.
        case demo
    }

    /// Where the action's keys work.
    public var scope: Scope {
        switch self {
        case .tree: .topics
        case .pause, .nextMatch, .previousMatch, .hex, .json, .wrap, .clear, .save, .copy, .edit: .tail
        case .reconnect: .connections
        case .closedConnections: .servers
        case .severity: .events
        case .demoNode: .demo
        default: .everywhere
        }
    }

    /// A short description for the help.
    public var summary: String {
        switch self {
        case .quit: "quit"
        case .back: "back, or clear the filter"
        case .help: "help for this view"
        case .command: "type a command"
        case .suspend: "suspend to the shell"
        case .redraw: "redraw the screen"
        case .nextTheme: "next theme"
        case .copyScreen: "copy the screen's text"
        case .mouse: "mouse on or off"
        case .overview: "Overview"
        case .topics: "Topics"
        case .tail: "Tail"
        case .connections: "Connections"
        case .ring: "Ring"
        case .servers: "Servers"
        case .events: "Events"
        case .subscribe: "subscribe to a topic"
        case .unsubscribe: "unsubscribe from the topic"
        case .publish: "publish a message"
        case .cancelSending: "cancel pending messages"
        case .demoNode: "stop or start a node of the demo"
        case .up: "up"
        case .down: "down"
        case .left: "left"
        case .right: "right"
        case .first: "to the first row"
        case .last: "to the last row"
        case .open: "open"
        case .halfPageUp: "half a page up"
        case .halfPageDown: "half a page down"
        case .pageUp: "a page up"
        case .pageDown: "a page down"
        case .nextPane: "next pane"
        case .previousPane: "previous pane"
        case .filter: "filter the rows"
        case .sortColumn: "sort by the next column"
        case .invertSort: "invert the order"
        case .tree: "flat list or tree"
        case .pause: "pause and follow"
        case .nextMatch: "next match"
        case .previousMatch: "previous match"
        case .hex: "body as hex"
        case .json: "body as JSON"
        case .wrap: "wrap long lines"
        case .clear: "clear the messages"
        case .save: "save the messages as JSON lines"
        case .copy: "copy the message"
        case .edit: "edit and publish again"
        case .reconnect: "reconnect one or all"
        case .closedConnections: "open or closed connections"
        case .severity: "all events, warnings and errors, or errors only"
        }
    }

    /// The default keys of the action.
    public var standardKeys: [Key] {
        switch self {
        case .quit: ["q", "^c"]
        case .back: ["esc"]
        case .help: ["?", "F1"]
        case .command: [":"]
        case .suspend: ["^z"]
        case .redraw: ["^l"]
        case .nextTheme: ["T"]
        case .copyScreen: ["L"]
        case .mouse: ["m"]
        case .overview: ["1"]
        case .topics: ["2"]
        case .tail: ["3"]
        case .connections: ["4"]
        case .ring: ["5"]
        case .servers: ["6"]
        case .events: ["7"]
        case .subscribe: ["s"]
        case .unsubscribe: ["u"]
        case .publish: ["p"]
        case .cancelSending: ["^x"]
        case .demoNode: ["K"]
        case .up: ["up", "k"]
        case .down: ["down", "j"]
        case .left: ["left", "h"]
        case .right: ["right", "l"]
        case .first: ["g", "home"]
        case .last: ["G", "end"]
        case .open: ["enter"]
        case .halfPageUp: ["^u"]
        case .halfPageDown: ["^d"]
        case .pageUp: ["pgup"]
        case .pageDown: ["pgdn"]
        case .nextPane: ["tab"]
        case .previousPane: ["S-tab"]
        case .filter: ["/"]
        case .sortColumn: ["S"]
        case .invertSort: ["I"]
        case .tree: ["t"]
        case .pause: ["space"]
        case .nextMatch: ["n"]
        case .previousMatch: ["N"]
        case .hex: ["x"]
        case .json: ["J"]
        case .wrap: ["w"]
        case .clear: ["C"]
        case .save: ["^s"]
        case .copy: ["y"]
        case .edit: ["e"]
        case .reconnect: ["r"]
        case .closedConnections: ["c"]
        case .severity: ["v"]
        }
    }
}
