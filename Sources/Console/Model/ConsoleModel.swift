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
    var notice: Notice? {
        didSet { noticeTime = .notDrawn }
    }
    private var noticeTime = NoticeTime.notDrawn
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
    }

    /// Shows a problem that the operator did not cause. A notice of the same or a higher severity stays, because the operator may
    /// still be reading it. The caller logs the problem.
    mutating func announce(_ notice: Notice) {
        if self.notice.map({ $0.severity < notice.severity }) ?? true { show(notice) }
    }

    /// Records that the next frame shows the notice.
    mutating func markNoticeDrawn() {
        if noticeTime == .notDrawn { noticeTime = .drawn }
    }

    /// Removes the notice after its time. The time begins with the first tick after the notice was drawn, because ticks may be late:
    /// the machine is busy, or the program was stopped.
    mutating func expireNotice() {
        switch noticeTime {
        case .notDrawn: break
        case .drawn: noticeTime = .until(data.now.uptime + Notice.lifetime)
        case .until(let end): if data.now.uptime >= end { notice = nil }
        }
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

/// How long the notice is still shown.
private enum NoticeTime: Hashable {
    case notDrawn
    case drawn
    case until(Duration)
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
