/// Everything a key of the console can do. The raw value is the action's name under `[keys]`.
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
    /// Where an action's keys work. Two actions may share a key only if no scope of theirs meets.
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
        /// In every view of the demo, and nowhere else.
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

    /// What the action does, in a few words for the help.
    public var summary: String {
        switch self {
        case .quit: "quit"
        case .back: "back, or clear the filter"
        case .help: "help for this view"
        case .command: "type a command"
        case .suspend: "suspend to the shell"
        case .redraw: "draw the screen anew"
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
        case .cancelSending: "cancel what waits to be sent"
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

    /// The keys that do it unless the configuration says otherwise.
    public var standardKeys: [KeyName] {
        switch self {
        case .quit: [KeyName("q"), KeyName("^c")]
        case .back: [KeyName("esc")]
        case .help: [KeyName("?"), KeyName("F1")]
        case .command: [KeyName(":")]
        case .suspend: [KeyName("^z")]
        case .redraw: [KeyName("^l")]
        case .nextTheme: [KeyName("T")]
        case .copyScreen: [KeyName("L")]
        case .mouse: [KeyName("m")]
        case .overview: [KeyName("1")]
        case .topics: [KeyName("2")]
        case .tail: [KeyName("3")]
        case .connections: [KeyName("4")]
        case .ring: [KeyName("5")]
        case .servers: [KeyName("6")]
        case .events: [KeyName("7")]
        case .subscribe: [KeyName("s")]
        case .unsubscribe: [KeyName("u")]
        case .publish: [KeyName("p")]
        case .cancelSending: [KeyName("^x")]
        case .demoNode: [KeyName("K")]
        case .up: [KeyName("up"), KeyName("k")]
        case .down: [KeyName("down"), KeyName("j")]
        case .left: [KeyName("left"), KeyName("h")]
        case .right: [KeyName("right"), KeyName("l")]
        case .first: [KeyName("g"), KeyName("home")]
        case .last: [KeyName("G"), KeyName("end")]
        case .open: [KeyName("enter")]
        case .halfPageUp: [KeyName("^u")]
        case .halfPageDown: [KeyName("^d")]
        case .pageUp: [KeyName("pgup")]
        case .pageDown: [KeyName("pgdn")]
        case .nextPane: [KeyName("tab")]
        case .previousPane: [KeyName("S-tab")]
        case .filter: [KeyName("/")]
        case .sortColumn: [KeyName("S")]
        case .invertSort: [KeyName("I")]
        case .tree: [KeyName("t")]
        case .pause: [KeyName("space")]
        case .nextMatch: [KeyName("n")]
        case .previousMatch: [KeyName("N")]
        case .hex: [KeyName("x")]
        case .json: [KeyName("J")]
        case .wrap: [KeyName("w")]
        case .clear: [KeyName("C")]
        case .save: [KeyName("^s")]
        case .copy: [KeyName("y")]
        case .edit: [KeyName("e")]
        case .reconnect: [KeyName("r")]
        case .closedConnections: [KeyName("c")]
        case .severity: [KeyName("v")]
        }
    }
}
