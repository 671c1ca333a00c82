public import TerminalStyle

/// An action that can be bound to a key of the console. The raw value is its name under `[keys]`.
///
/// To add an action, add a case and its definition.
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
    /// Everything about an action but what it does, which the console knows.
    private struct Definition: Sendable {
        let keys: [Key]
        let summary: String
        let scope: Scope

        init(_ keys: Key..., summary: String, in scope: Scope = .everywhere) {
            self.keys = keys
            self.summary = summary
            self.scope = scope
        }
    }

    private var definition: Definition {
        switch self {
        case .quit: Definition("q", "^c", summary: "quit")
        case .back: Definition("esc", summary: "back, or clear the filter")
        case .help: Definition("?", "F1", summary: "help for this view")
        case .command: Definition(":", summary: "type a command")
        case .suspend: Definition("^z", summary: "suspend to the shell")
        case .redraw: Definition("^l", summary: "redraw the screen")
        case .nextTheme: Definition("T", summary: "next theme")
        case .copyScreen: Definition("L", summary: "copy the screen's text")
        case .mouse: Definition("m", summary: "mouse on or off")
        case .overview: Definition("1", summary: "Overview")
        case .topics: Definition("2", summary: "Topics")
        case .tail: Definition("3", summary: "Tail")
        case .connections: Definition("4", summary: "Connections")
        case .ring: Definition("5", summary: "Ring")
        case .servers: Definition("6", summary: "Servers")
        case .events: Definition("7", summary: "Events")
        case .subscribe: Definition("s", summary: "subscribe to a topic")
        case .unsubscribe: Definition("u", summary: "unsubscribe from the topic")
        case .publish: Definition("p", summary: "publish a message")
        case .cancelSending: Definition("^x", summary: "cancel pending messages")
        case .demoNode: Definition("K", summary: "stop or start a node of the demo", in: .demo)
        case .up: Definition("up", "k", summary: "up")
        case .down: Definition("down", "j", summary: "down")
        case .left: Definition("left", "h", summary: "left")
        case .right: Definition("right", "l", summary: "right")
        case .first: Definition("g", "home", summary: "to the first row")
        case .last: Definition("G", "end", summary: "to the last row")
        case .open: Definition("enter", summary: "open")
        case .halfPageUp: Definition("^u", summary: "half a page up")
        case .halfPageDown: Definition("^d", summary: "half a page down")
        case .pageUp: Definition("pgup", summary: "a page up")
        case .pageDown: Definition("pgdn", summary: "a page down")
        case .nextPane: Definition("tab", summary: "next pane")
        case .previousPane: Definition("S-tab", summary: "previous pane")
        case .filter: Definition("/", summary: "filter the rows")
        case .sortColumn: Definition("S", summary: "sort by the next column")
        case .invertSort: Definition("I", summary: "invert the order")
        case .tree: Definition("t", summary: "flat list or tree", in: .topics)
        case .pause: Definition("space", summary: "pause and follow", in: .tail)
        case .nextMatch: Definition("n", summary: "next match", in: .tail)
        case .previousMatch: Definition("N", summary: "previous match", in: .tail)
        case .hex: Definition("x", summary: "body as hex", in: .tail)
        case .json: Definition("J", summary: "body as JSON", in: .tail)
        case .wrap: Definition("w", summary: "wrap long lines", in: .tail)
        case .clear: Definition("C", summary: "clear the messages", in: .tail)
        case .save: Definition("^s", summary: "save the messages as JSON lines", in: .tail)
        case .copy: Definition("y", summary: "copy the message", in: .tail)
        case .edit: Definition("e", summary: "edit and publish again", in: .tail)
        case .reconnect: Definition("r", summary: "reconnect one or all", in: .connections)
        case .closedConnections: Definition("c", summary: "open or closed connections", in: .servers)
        case .severity: Definition("v", summary: "all events, warnings and errors, or errors only", in: .events)
        }
    }

    /// Made once: reading a configuration compares the scopes of all pairs of actions.
    private static let definitions = Dictionary(uniqueKeysWithValues: allCases.map { ($0, $0.definition) })

    private var known: Definition { Self.definitions[self] ?? definition }

    /// Where the action's keys work.
    public var scope: Scope { known.scope }

    /// A short description for the help.
    public var summary: String { known.summary }

    /// The default keys of the action.
    public var standardKeys: [Key] { known.keys }
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
}
