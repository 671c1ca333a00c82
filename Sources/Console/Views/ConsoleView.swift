import Settings
import TerminalUI

/// One screen of the console: what it remembers, what it does with keys, and how it is drawn.
///
/// To add a view, write one in a folder of its own and add a line to ``ViewList/standard``.
protocol ConsoleView: Sendable {
    /// The action whose key opens the view; what it is known by.
    static var opening: KeyAction { get }
    /// Its name.
    static var title: SafeText { get }
    /// Where its own keys work.
    static var scope: KeyAction.Scope { get }
    /// What it does beside what works everywhere, each with a word for the hints, the most important first.
    static var actions: [(action: KeyAction, label: SafeText)] { get }

    /// What its rows are filtered by; empty for nothing.
    var filter: String { get set }
    /// The topic that `s`, `u` and `p` begin with.
    func selectedTopic(_ data: DashboardData) -> String?

    /// Carries out an action of its own, or one that moves.
    mutating func handle(_ action: KeyAction, _ data: inout DashboardData) -> ViewResponse
    /// Selects a row that was clicked, by its position among those it drew.
    /// - Returns: Whether it was selected already, and is to be opened now.
    mutating func select(row: Int, _ data: DashboardData) -> Bool
    /// Makes a pane that was clicked the one that moves.
    mutating func focus(pane: Int)
    /// What it needs from the monitoring endpoints while it is open; nil for nothing.
    func monitoringWish(_ data: DashboardData) -> ServerMonitoring.Wish?
    /// The names of the columns that its rows can be sorted by; empty if they cannot.
    static var sortNames: [String] { get }
    /// Sorts by the column of one of the names.
    mutating func sort(by name: String)
    /// Fits what it remembers to what there is to show in `size`. Called once before each frame.
    mutating func refresh(_ data: DashboardData, size: Size)
    /// Draws it.
    func draw(_ data: DashboardData, into buffer: inout CellBuffer, in rect: Rect)
}

/// What a view did with an action.
enum ViewResponse: Sendable, Hashable {
    /// It was done.
    case handled
    /// The action has no meaning here.
    case ignored
    /// Something to tell the operator.
    case notice(Notice)
    /// Another view is to be opened.
    case open(KeyAction)
    /// Text for the terminal's clipboard, and what to tell the operator about it.
    case copy([SafeText], Notice)
    /// Messages to write to a file.
    case save([TailEntry])
    /// A message to edit and publish.
    case edit(MessageDraft)
    /// The connections of one cluster are to be shown.
    case openConnections(cluster: Int)
    /// Connections are to be closed and opened again, after asking.
    case reconnect(ReconnectTarget)
}

extension ConsoleView {
    func selectedTopic(_ data: DashboardData) -> String? { nil }
    mutating func select(row: Int, _ data: DashboardData) -> Bool { false }
    mutating func focus(pane: Int) {}
    func monitoringWish(_ data: DashboardData) -> ServerMonitoring.Wish? { nil }
    static var sortNames: [String] { [] }
    mutating func sort(by name: String) {}
}

/// The views there are, and which one is open.
struct ViewList: Sendable {
    /// The views, in the order of their keys.
    static var standard: [any ConsoleView] {
        [
            OverviewView(),
            TopicsView(),
            TailView(),
            ConnectionsView(),
            RingView(),
            ServersView(),
            EventsView(),
        ]
    }

    private(set) var views: [any ConsoleView]
    private(set) var selected = 0

    init(_ views: [any ConsoleView] = ViewList.standard) {
        self.views = views
    }

    /// The open view.
    var current: any ConsoleView {
        get { views[selected] }
        // In place: a view may hold thousands of rows.
        _modify { yield &views[selected] }
    }

    /// Opens the view of an action; false if there is none.
    mutating func open(_ action: KeyAction) -> Bool {
        guard let index = views.firstIndex(where: { type(of: $0).opening == action }) else { return false }
        selected = index
        return true
    }

    /// Opens the view at a position.
    mutating func open(at index: Int) {
        if views.indices.contains(index) { selected = index }
    }

    /// The view of a type.
    subscript<View: ConsoleView>(type: View.Type) -> View? {
        get { views.lazy.compactMap { $0 as? View }.first }
        set {
            guard let newValue, let index = views.firstIndex(where: { $0 is View }) else { return }
            views[index] = newValue
        }
    }
}
