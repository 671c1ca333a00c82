import NATSWire
import Settings
import TerminalUI
import TextCoding

/// `p` opens the form to publish a message or send a request. It stays open for the result, so that the next message needs few
/// keys.
struct PublishPrompt: ConsolePrompt {
    enum Kind: Sendable, Hashable {
        case publish, request
    }

    enum Field: Sendable, Hashable {
        case topic, headers, body, count, interval, timeout
    }

    enum Progress: Sendable, Hashable {
        case editing
        /// The form asks for confirmation, because the deployment is production.
        case asking(PublishRequest)
        /// The operator's editor uses the terminal.
        case inEditor
        /// No message is accepted yet. If the cluster is down, connecting is retried.
        case sending(PublishRequest)
        /// The number of messages that were accepted so far.
        case accepted(Int, of: PublishRequest)
        /// All accepted messages are confirmed.
        case confirmed(Int, after: Duration)
        case replied(Reply)
        case failed(SafeText)
        /// A text that is not a failure.
        case note(SafeText)
    }

    var kind = Kind.publish
    var field: Field
    var progress = Progress.editing
    /// The publish or request whose result is shown.
    private(set) var id: Int?
    /// Whether the operator asked to stop a repeated publish.
    private(set) var isStopping = false
    var topic: CompletingField
    /// Whether the list of topics is shown while the topic is edited.
    var isCompleting: Bool
    var headers: TextField
    var body: DraftBody
    var count = TextField("1", maximumBytes: 8)
    var interval = TextField(maximumBytes: 16)
    var timeout = TextField("5s", maximumBytes: 16)
    var history: MessageHistory
    /// The reply as rows.
    var replyRows: ReplyRows?
    var replyScroll = ScrollState()
    var replyHeight = 0

    /// A reply laid out as rows. It is kept until the reply or the width changes.
    struct ReplyRows: Sendable {
        let reply: Reply
        let width: Int
        let rows: [StyledLine]
    }

    init(_ draft: MessageDraft = MessageDraft(), history: MessageHistory = MessageHistory()) {
        let earlier = history.drafts.map(\.topic)
        topic = CompletingField(Prompt(label: "Topic", text: draft.topic)) {
            TopicCompletion.list(for: $0, earlier: earlier, $1)
        }
        isCompleting = draft.topic.isEmpty
        headers = TextField(draft.headers, isMultiline: true, maximumBytes: Self.headerBytes)
        body = DraftBody(draft.body)
        field = draft.topic.isEmpty ? .topic : .body
        self.history = history
    }

    /// The visible fields, in tab order.
    var fields: [Field] {
        switch kind {
        case .publish: [.topic, .headers, .body, .count, .interval]
        case .request: [.topic, .headers, .body, .timeout]
        }
    }

    /// Whether the list of topics belongs to the field with the cursor.
    var isEditingTopic: Bool { field == .topic && isCompleting }

    /// Whether the list of topics is shown. A list of only the typed topic is not.
    var showsTopics: Bool { isEditingTopic && topic.list.rows.map(\.text) != [topic.text] }

    /// The contents of the form, as the history saves them.
    var draft: MessageDraft {
        MessageDraft(topic: topic.text, headers: headers.text, body: body.bytes)
    }

    /// Whether a message of this form is in progress, so that a second one is not sent by accident.
    var isBusy: Bool {
        switch progress {
        case .sending, .inEditor: true
        case .accepted(let count, let request): count < request.count && !isStopping
        case .editing, .asking, .confirmed, .replied, .failed, .note: false
        }
    }

    /// Whether no message is accepted yet, or a reply is outstanding. Closing the form then cancels it.
    var isWaiting: Bool {
        if case .sending = progress { true } else { false }
    }

    /// Whether a repeated publish is in progress and can be stopped.
    var isRepeating: Bool {
        switch progress {
        case .sending(let request): request.count > 1 && !isStopping
        case .accepted(let count, let request): count < request.count && !isStopping
        default: false
        }
    }

    mutating func fill(with draft: MessageDraft) {
        topic.replace(with: draft.topic)
        isCompleting = false
        headers.setText(draft.headers)
        body = DraftBody(draft.body)
        if !isBusy { progress = .editing }
    }

    // MARK: Result

    /// Records that the message is being sent under this number.
    mutating func sent(as id: Int, _ request: PublishRequest) {
        self.id = id
        isStopping = false
        progress = .sending(request)
        history.add(draft)
    }

    mutating func stopped() {
        isStopping = true
    }

    mutating func report(_ news: PublishProgress) {
        switch (news, progress) {
        case (.accepted(let count), .sending(let request)), (.accepted(let count), .accepted(_, let request)):
            progress = .accepted(count, of: request)
        case (.accepted, _): break
        case (.confirmed(let count, let time), _): progress = .confirmed(count, after: time)
        case (.replied(let reply), _):
            progress = .replied(reply)
            replyScroll.scrollToTop()
        case (.canceled, _): progress = .note("canceled: nothing was sent")
        case (.failed(let reason), _): progress = .failed(SafeText(untrusted: reason))
        }
    }

    /// Takes over the result of the editor.
    mutating func edited(_ result: EditorResult) {
        switch result {
        case .saved(let bytes):
            body = DraftBody(bytes)
            (field, progress) = (.body, .editing)
        case .failed(let reason):
            progress = .failed("the body was not changed: \(untrusted: reason)")
        }
    }
}

// MARK: - The message

extension PublishPrompt {
    /// The maximum size of the headers in bytes.
    static let headerBytes = 64 * 1024

    static let patternReason: SafeText = "cannot publish to a pattern; write the topic in full"

    /// The valid counts of a repeated publish.
    static let counts = 1...1_000_000
    static let intervals: ClosedRange<Duration> = .zero ... .seconds(3600)
    static let timeouts: ClosedRange<Duration> = .milliseconds(1) ... .seconds(600)

    /// The reason why the form cannot be sent, and the field to correct.
    struct InputError: Error {
        let reason: SafeText
        var field: Field?
    }

    /// Checks the form and returns the message.
    func makeRequest(_ data: DashboardData) throws(InputError) -> PublishRequest {
        if let refusal = data.deployment.publishRefusal { throw InputError(reason: refusal) }
        guard case .topic(_, let cluster) = TopicRoute(topic.text, on: data.deployment.ring) else {
            let route = RouteLine(topic.text, data)
            throw InputError(reason: route.reason ?? Self.patternReason, field: .topic)
        }
        let headers: Headers?
        do {
            headers = try HeaderLines.parse(self.headers.text)
        } catch {
            throw InputError(reason: error.reason, field: .headers)
        }
        let request = PublishRequest(topic: topic.text, headers: headers, body: body.bytes, mode: try mode())
        if let limit = data.clusters[cluster].maxPayload, request.size > limit {
            throw InputError(
                reason: "\(SafeText.bytes(request.size)) is more than the server's max_payload of \(SafeText.bytes(limit))"
            )
        }
        return request
    }

    private func mode() throws(InputError) -> PublishRequest.Mode {
        switch kind {
        case .publish:
            let count = count.isEmpty ? 1 : Int(count.text)
            guard let count, Self.counts.contains(count) else {
                throw InputError(reason: "repeat must be 1 to \(Self.counts.upperBound)", field: .count)
            }
            let interval = interval.isEmpty ? .zero : try duration(interval, in: Self.intervals, .interval)
            return .publish(count: count, interval: interval)
        case .request:
            return .request(timeout: try duration(timeout, in: Self.timeouts, .timeout))
        }
    }

    private func duration(
        _ text: TextField,
        in range: ClosedRange<Duration>,
        _ field: Field
    ) throws(InputError) -> Duration {
        do {
            return try DurationText.parse(text.text, in: range)
        } catch {
            throw InputError(reason: "\(untrusted: error.message)", field: field)
        }
    }
}
