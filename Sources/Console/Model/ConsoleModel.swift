import Settings
import TerminalUI

/// The whole state of the console. ``update(_:_:)`` changes it, ``draw(_:into:)`` shows it, and nothing else touches it.
struct ConsoleModel: Sendable {
    /// The smallest terminal that the views are made for.
    static let minimumSize = Size(width: 20, height: 5)

    var size: Size
    var data: DashboardData
    var views: ViewList
    /// What is asked for on top of the view.
    var prompt: (any ConsolePrompt)?
    var notice: Notice?
    private(set) var noticeUntil: Duration = .zero
    var isMouseOn = false
    /// The theme that the operator chose, whatever configuration and profile say.
    var chosenTheme: String?
    /// The theme in use while another one is looked at.
    var themeBeforePreview: Theme?
    var histories: [HistoryTopic: InputHistory] = [:]
    var messageHistory = MessageHistory()
    /// Publishes and requests that are not over.
    var outbox: [Int: Outgoing] = [:]
    private var nextID = 1

    init(size: Size, data: DashboardData, views: ViewList = ViewList()) {
        self.size = size
        self.data = data
        self.views = views
    }

    /// Whether the terminal is too small for any view.
    var isTooSmall: Bool {
        size.width < Self.minimumSize.width || size.height < Self.minimumSize.height
    }

    /// A number for a subscription or a publish.
    mutating func makeID() -> Int {
        defer { nextID += 1 }
        return nextID
    }

    mutating func show(_ notice: Notice) {
        self.notice = notice
        noticeUntil = data.now.uptime + Notice.lifetime
    }

    /// Removes the notice and logs it if it matters. For what was not asked for just now.
    mutating func keepAsEvent() {
        if let notice, notice.severity != .info { log(EventRow(.note, notice.severity, detail: notice.text)) }
        notice = nil
    }

    /// Adds a line to the event log.
    mutating func log(_ row: EventRow) {
        data.events.append(row, at: data.now)
    }
}

/// What earlier answers are kept for.
enum HistoryTopic: Sendable, Hashable {
    case subscribe, command, filter
}

/// A publish or request that is not over.
struct Outgoing: Sendable, Hashable {
    let request: PublishRequest
    /// The cluster that owns its topic.
    let cluster: Int
    /// When it was asked for.
    let since: Duration
    /// How many of its messages were accepted, and wait for the server to confirm them.
    var accepted = 0
}
