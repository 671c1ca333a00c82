public import Settings
import TerminalUI

/// An action that can be bound to a key of the console. The raw value is its name under `[keys]`.
///
/// To add an action, add a case and its definition. If it works in one view, that view carries it out.
enum KeyAction: String, Sendable, CaseIterable {
    // Everywhere, in the order of the help
    case subscribe, unsubscribe, publish
    case cancelSending = "cancel_sending"
    case filter, command, help, back
    case nextTheme = "next_theme"
    case mouse
    case copyScreen = "copy_screen"
    case redraw, suspend, quit
    case demoFaults = "demo_faults"

    // Views, in the order of their tabs
    case overview, topics, tail, connections, ring, servers, events

    // Moving
    case up, down, left, right, first, last, open
    case halfPageUp = "half_page_up"
    case halfPageDown = "half_page_down"
    case pageUp = "page_up"
    case pageDown = "page_down"
    case nextPane = "next_pane"
    case previousPane = "previous_pane"

    // Overview
    case zoomIn = "zoom_in"
    case zoomOut = "zoom_out"

    // Tables
    case sortColumn = "sort_column"
    case invertSort = "invert_sort"
    case tree

    // Tail
    case pause
    case nextMatch = "next_match"
    case previousMatch = "previous_match"
    case timeStyle = "time_style"
    case onlyTopic = "only_topic"
    case withoutTopic = "without_topic"
    case hex, json, wrap, clear, save, copy, edit

    // Connections
    case reconnect

    // Servers
    case closedConnections = "closed_connections"
    case dismissGone = "dismiss_gone"

    // Events
    case severity
}

extension KeyAction {
    /// Everything about an action.
    private struct Definition: Sendable {
        let keys: [Key]
        let summary: String
        let scope: Scope
        /// Opens a view.
        var opens: (@Sendable () -> any ConsoleView)?
        /// Carries the action out in every view; nil if the open view does.
        let perform: (@Sendable (inout ConsoleModel) -> [Effect])?

        init(
            _ keys: Key...,
            summary: String,
            in scope: Scope = .everywhere,
            perform: (@Sendable (inout ConsoleModel) -> [Effect])? = nil
        ) {
            self.keys = keys
            self.summary = summary
            self.scope = scope
            self.perform = perform
        }

        /// Creates an action that opens a view.
        static func view(
            _ key: Key,
            summary: String,
            opens: @escaping @Sendable () -> any ConsoleView
        ) -> Definition {
            var definition = Definition(key, summary: summary)
            definition.opens = opens
            return definition
        }

        /// Creates an action that only changes the model.
        static func local(
            _ key: Key,
            summary: String,
            _ change: @escaping @Sendable (inout ConsoleModel) -> Void
        ) -> Definition {
            Definition(key, summary: summary) { model in
                change(&model)
                return []
            }
        }
    }

    private var definition: Definition {
        switch self {
        case .subscribe: .local("s", summary: "subscribe to a topic") { $0.openSubscribe($0.selectedTopic) }
        case .unsubscribe: .local("u", summary: "unsubscribe from the topic") { $0.openUnsubscribe() }
        case .publish: .local("p", summary: "publish a message") { $0.openPublish(MessageDraft(topic: $0.selectedTopic)) }
        case .cancelSending: Definition("^x", summary: "cancel pending messages") { $0.cancelSending() }
        case .filter: .local("/", summary: "filter the rows") { $0.openFilter() }
        case .command: .local(":", summary: "type a command") { $0.openCommand() }
        case .help:
            Definition("?", "F1", summary: "help for this view") {
                $0.openHelp()
                return []
            }
        case .back: Definition("esc", summary: "back, or clear the filter") { $0.performInView(.back) }
        case .nextTheme:
            Definition("T", summary: "next theme") { [.background(.loadNextTheme(after: $0.data.theme.name))] }
        case .mouse: Definition("m", summary: "mouse on or off") { $0.toggleMouse() }
        case .copyScreen: Definition("L", summary: "copy the screen's text") { _ in [.terminal(.copyScreen)] }
        case .redraw: Definition("^l", summary: "redraw the screen") { _ in [.terminal(.redraw)] }
        case .suspend: Definition("^z", summary: "suspend to the shell") { _ in [.terminal(.suspend)] }
        case .quit: Definition("q", "^c", summary: "quit") { $0.quit() }
        case .demoFaults: Definition("K", summary: "cause and undo faults in the demo", in: .demo) { $0.openDemoFaults() }
        case .overview: .view("1", summary: "Overview") { OverviewView() }
        case .topics: .view("2", summary: "Topics") { TopicsView() }
        case .tail: .view("3", summary: "Tail") { TailView() }
        case .connections: .view("4", summary: "Connections") { ConnectionsView() }
        case .ring: .view("5", summary: "Ring") { RingView() }
        case .servers: .view("6", summary: "Servers") { ServersView() }
        case .events: .view("7", summary: "Events") { EventsView() }
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
        case .zoomIn: Definition("+", summary: "graphs of a shorter time", in: .overview)
        case .zoomOut: Definition("-", summary: "graphs of a longer time", in: .overview)
        case .sortColumn: Definition("S", summary: "sort by the next column")
        case .invertSort: Definition("I", summary: "invert the order")
        case .tree: Definition("t", summary: "flat list or tree", in: .topics)
        case .pause: Definition("space", summary: "pause and follow", in: .tail)
        case .nextMatch: Definition("n", summary: "next match", in: .tail)
        case .previousMatch: Definition("N", summary: "previous match", in: .tail)
        case .timeStyle: Definition("t", summary: "clock, age, or time since the row before", in: .tail)
        case .onlyTopic: Definition("*", summary: "only this topic, or all topics", in: .tail)
        case .withoutTopic: Definition("-", summary: "leave this topic out", in: .tail)
        case .hex: Definition("x", summary: "body as hex", in: .tail)
        case .json: Definition("J", summary: "body as JSON", in: .tail)
        case .wrap: Definition("w", summary: "wrap long lines", in: .tail)
        case .clear: Definition("C", summary: "clear the messages", in: .tail)
        case .save: Definition("^s", summary: "save the messages as JSON lines", in: .tail)
        case .copy: Definition("y", summary: "copy the message", in: .tail)
        case .edit: Definition("e", summary: "edit and publish again", in: .tail)
        case .reconnect: Definition("r", summary: "reconnect one or all", in: .connections)
        case .closedConnections: Definition("c", summary: "open or closed connections", in: .servers)
        case .dismissGone: Definition("d", summary: "forget servers that are gone", in: .servers)
        case .severity: Definition("v", summary: "all events, warnings, or errors only", in: .events)
        }
    }

    /// Made once, because each key press looks up its action.
    private static let definitions = Dictionary(uniqueKeysWithValues: allCases.map { ($0, $0.definition) })

    private var known: Definition { Self.definitions[self] ?? definition }

    /// Where the action's keys work.
    var scope: Scope { known.scope }

    /// A short description for the help.
    var summary: String { known.summary }

    /// The default keys of the action.
    var standardKeys: [Key] { known.keys }

    /// Creates the view that the action opens; nil if it opens none.
    var makeView: (@Sendable () -> any ConsoleView)? { known.opens }

    /// Carries the action out in every view; nil if the open view does.
    var perform: (@Sendable (inout ConsoleModel) -> [Effect])? { known.perform }
}

extension KeyAction {
    /// Where an action's keys work. Two actions may share a key only if their scopes do not overlap.
    enum Scope: String, Sendable, CaseIterable {
        /// In every view.
        case everywhere
        /// In the Overview.
        case overview
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

extension BindableAction {
    /// The actions of the console, for reading a configuration.
    public static let console = KeyAction.allCases.map { action in
        BindableAction(
            name: action.rawValue,
            standardKeys: action.standardKeys,
            scope: action.scope.bindable,
            needsKeyBecause: action == .quit ? "or the console cannot be quit" : nil
        )
    }
}

extension KeyAction.Scope {
    fileprivate var bindable: BindableAction.Scope {
        switch self {
        case .everywhere: .everywhere
        case .demo: .mode(rawValue)
        case .overview, .topics, .tail, .connections, .servers, .events: .view(rawValue)
        }
    }
}
