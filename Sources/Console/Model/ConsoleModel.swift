import Settings
import TerminalUI

/// The whole state of the console. ``update(_:_:)`` changes it and ``draw(_:into:)`` draws it.
struct ConsoleModel: Sendable {
    /// The smallest terminal size that the views support.
    static let minimumSize = Size(width: 20, height: 5)

    var size: Size
    var data: DashboardData
    var views: ViewList
    /// The open prompt. It is drawn over the view.
    var prompt: (any ConsolePrompt)?
    var notice: Notice?
    private(set) var noticeUntil: Duration = .zero
    var isMouseOn = false
    /// The theme that the operator chose. It overrides the configuration.
    var chosenTheme: String?
    /// The theme in use while another theme is previewed.
    var themeBeforePreview: Theme?
    var histories: [HistoryTopic: InputHistory] = [:]
    var messageHistory = MessageHistory()
    /// The unfinished publishes and requests.
    var outbox: [Int: Outgoing] = [:]
    /// The jumps from detail to detail.
    var trail = Trail()
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

    /// Returns a new number for a subscription or a publish.
    mutating func makeID() -> Int {
        defer { nextID += 1 }
        return nextID
    }

    mutating func show(_ notice: Notice) {
        self.notice = notice
        noticeUntil = data.now.uptime + Notice.lifetime
    }

    /// Removes the notice. A warning or an error is logged instead. For actions that the operator did not request.
    mutating func keepAsEvent() {
        if let notice, notice.severity != .info { log(EventRow(.note, notice.severity, detail: notice.text)) }
        notice = nil
    }

    /// Adds a line to the event log.
    mutating func log(_ row: EventRow) {
        let moment = row.moment ?? data.now
        data.events.append(row, at: moment)
        var row = row
        row.epochSeconds = moment.epochSeconds
        data.incidents.record(row, at: moment)
    }
}

/// A prompt with a history.
enum HistoryTopic: Sendable, Hashable {
    case subscribe, command, filter
}

/// An unfinished publish or request.
struct Outgoing: Sendable, Hashable {
    let request: PublishRequest
    /// The cluster that owns the topic.
    let cluster: Int
    /// The uptime when it was requested.
    let since: Duration
    /// The number of messages that were accepted and wait for the confirmation of the server.
    var accepted = 0
}
