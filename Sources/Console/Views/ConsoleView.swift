import Settings
import TerminalUI

/// A view of the console. It holds its state, handles keys, and draws itself.
///
/// To add a view, write it in its own folder, and add an action that opens it to ``KeyAction``.
protocol ConsoleView: Sendable {
    /// The action whose key opens the view. It identifies the view.
    static var opening: KeyAction { get }
    /// The title of the view.
    static var title: SafeText { get }
    /// The scope of the view's own keys.
    static var scope: KeyAction.Scope { get }
    /// The actions of the view without the global ones, with labels for the hints, the most important first.
    static var actions: [(action: KeyAction, label: SafeText)] { get }

    /// Returns the actions for the bottom row in the present state of the view, the most useful first.
    func hints(_ data: DashboardData) -> [(action: KeyAction, label: SafeText)]

    /// The filter of the rows; empty for no filter.
    var filter: String { get set }
    /// Returns what limits the rows besides the filter; empty for nothing.
    func limit(_ data: DashboardData) -> SafeText
    /// Returns the selected topic, which `s`, `u` and `p` suggest.
    func selectedTopic(_ data: DashboardData) -> String?

    /// Handles an action of the view, or one that moves.
    mutating func handle(_ action: KeyAction, _ data: inout DashboardData) -> ViewResponse
    /// Selects a clicked row, by its position among the drawn rows.
    /// - Returns: Whether the row was already selected, so that the click opens it.
    mutating func select(row: Int, _ data: DashboardData) -> Bool
    /// Moves the focus to a clicked pane.
    mutating func focus(pane: Int)
    /// Returns the data that the open view needs from the monitoring endpoints; nil if it needs none.
    func monitoringWish(_ data: DashboardData) -> ServerMonitoring.Wish?
    /// The names of the columns to sort by; empty if the rows cannot be sorted.
    static var sortNames: [String] { get }
    /// Sorts the rows by the column with one of these names.
    mutating func sort(by name: String)
    /// Updates the state of the view for the data and the size. Called once before each frame.
    mutating func refresh(_ data: DashboardData, size: Size)
    /// Draws the view.
    func draw(_ data: DashboardData, into buffer: inout CellBuffer, in rect: Rect)
}

/// The response of a view to an action.
enum ViewResponse: Sendable, Hashable {
    /// The action was handled.
    case handled
    /// The action has no effect in this view.
    case ignored
    /// Show a notice.
    case notice(Notice)
    /// Open another view.
    case open(KeyAction)
    /// Copy text to the terminal's clipboard and show a notice.
    case copy([SafeText], Notice)
    /// Write messages to a file.
    case save([TailEntry])
    /// Open a message in the publish form.
    case edit(MessageDraft)
    /// Open what the details show.
    case follow(Jump)
    /// Show the connections of one cluster.
    case openConnections(cluster: Int)
    /// Ask whether to close connections and open them again.
    case reconnect(ReconnectTarget)
    /// Forget the servers that are gone.
    case dismissGone
}

extension ConsoleView {
    func hints(_ data: DashboardData) -> [(action: KeyAction, label: SafeText)] { Self.actions }
    func limit(_ data: DashboardData) -> SafeText { .empty }
    func selectedTopic(_ data: DashboardData) -> String? { nil }
    mutating func select(row: Int, _ data: DashboardData) -> Bool { false }
    mutating func focus(pane: Int) {}
    func monitoringWish(_ data: DashboardData) -> ServerMonitoring.Wish? { nil }
    static var sortNames: [String] { [] }
    mutating func sort(by name: String) {}
}

/// The views, and the open one.
struct ViewList: Sendable {
    /// The views, in the order of their keys.
    static var standard: [any ConsoleView] { KeyAction.allCases.compactMap { $0.makeView?() } }

    private(set) var views: [any ConsoleView]
    private(set) var selected = 0

    init(_ views: [any ConsoleView] = ViewList.standard) {
        self.views = views
    }

    var current: any ConsoleView {
        get { views[selected] }
        // Modified in place, because a view may hold thousands of rows.
        _modify { yield &views[selected] }
    }

    /// Opens the view of an action.
    /// - Returns: Whether the action has a view.
    mutating func open(_ action: KeyAction) -> Bool {
        guard let index = views.firstIndex(where: { type(of: $0).opening == action }) else { return false }
        selected = index
        return true
    }

    /// Opens the view at a position.
    mutating func open(at index: Int) {
        if views.indices.contains(index) { selected = index }
    }

    /// Opens a view again in the state in which it was left.
    mutating func restore(_ crumb: Crumb) {
        guard views.indices.contains(crumb.index) else { return }
        views[crumb.index] = crumb.view
        selected = crumb.index
    }

    /// The view of this type.
    subscript<View: ConsoleView>(type: View.Type) -> View? {
        get { views.lazy.compactMap { $0 as? View }.first }
        set {
            guard let newValue, let index = views.firstIndex(where: { $0 is View }) else { return }
            views[index] = newValue
        }
    }
}
