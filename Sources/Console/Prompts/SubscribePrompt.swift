import TerminalUI

/// `s` asks for a topic or pattern and, in a second field, for a queue group. It shows the owner and the topics that complete the
/// text while it is typed.
struct SubscribePrompt: ConsolePrompt {
    private(set) var topic: CompletingField
    private var queueGroup = TextField(maximumBytes: 256)
    private var isInQueueGroup = false
    /// Whether enter was pressed although the text is not a topic. An unfinished topic is not an error before.
    private var isRefused = false

    /// The maximum number of rows of the list.
    private static let listRows = 10

    init(topic: String, history: InputHistory) {
        let earlier = history.entries
        self.topic = CompletingField(Prompt(label: "Topic", suggestion: topic, history: history)) {
            TopicCompletion.list(for: $0, earlier: earlier, $1)
        }
    }

    // MARK: Keys

    mutating func handle(_ key: Key, _ data: DashboardData) -> PromptResponse {
        if isInQueueGroup { return handleInQueueGroup(key, data) }
        if key == Key(.backTab), topic.selection == nil {
            isInQueueGroup = true
            return .stay
        }
        switch topic.handle(key, data) {
        case .edited, .taken: isRefused = false
        case .unchanged: break
        case .submitted: return submit(data)
        case .cancelled: return .close
        case .isWhole: isInQueueGroup = true
        }
        return .stay
    }

    private mutating func handleInQueueGroup(_ key: Key, _ data: DashboardData) -> PromptResponse {
        switch (key.code, key.modifiers) {
        case (.escape, []), (.character("c"), .control): return .close
        case (.enter, []): return submit(data)
        case (.tab, []), (.backTab, []), (.up, []): isInQueueGroup = false
        default: _ = queueGroup.handle(key)
        }
        return .stay
    }

    private mutating func submit(_ data: DashboardData) -> PromptResponse {
        guard RouteLine(topic.text, data).isValid else {
            isRefused = true
            return .stay
        }
        let group = queueGroup.text
        return .submit(
            .subscribe(
                SubscriptionRequest(pattern: topic.text, queueGroup: group.isEmpty ? nil : group)
            )
        )
    }

    mutating func insert(_ paste: Paste) {
        if isInQueueGroup { queueGroup.insert(paste) } else { topic.insert(paste) }
    }

    mutating func refresh(_ data: DashboardData, view: Size) {
        topic.update(data)
    }

    // MARK: Drawing

    func draw(_ data: DashboardData, into buffer: inout CellBuffer, view: Rect, line: Rect) -> Point? {
        let hints = KeyHints(
            [
                KeyHints.Hint(key: "enter", label: topic.selection == nil ? "subscribe" : "take"),
                KeyHints.Hint(key: "down", label: "list"),
                KeyHints.Hint(key: "tab", label: "complete, next field"),
                KeyHints.Hint(key: "esc", label: "back"),
                KeyHints.Hint(key: "up", label: "earlier"),
            ],
            keyStyle: data.theme[.key]
        )
        // The height does not depend on the list, so that the fields stay in place while a topic is typed. Two rows are for the
        // frame and two for the hints.
        let rows = max(0, min(Self.listRows, view.height - 4 - 3))
        let size = Size(width: 76, height: 3 + rows)
        let inside: Rect
        if view.height < Pane.leastFramed.height {
            buffer.clear(view, style: data.theme[.text])
            inside = view
        } else {
            inside = Dialog(title: "Subscribe", hints: hints, styles: .dialog(data.theme))
                .draw(into: &buffer, in: view, contentSize: size)
        }
        let labels: [SafeText] = ["Topic", "Queue group"]
        // With few rows, only the field with the cursor is shown.
        let isShort = inside.height < 4
        let label = isShort ? labels[isInQueueGroup ? 1 : 0].width : labels[1].width
        let fields = [topic.field, queueGroup]
        var cursor: Point?
        for (index, field) in fields.enumerated() where !isShort || (index == 1) == isInQueueGroup {
            let row = inside.row(isShort ? 0 : index)
            buffer.write(labels[index], in: row, style: data.theme[.muted])
            let space = Rect(x: row.x + label + 1, y: row.y, width: row.width - label - 1, height: row.height)
            let place = field.draw(
                into: &buffer,
                in: space,
                style: data.theme[field.isSuggestion ? .selection : .input],
                placeholder: index == 1 ? "none" : "orders.eu",
                placeholderStyle: data.theme[.muted]
            )
            if (index == 1) == isInQueueGroup { cursor = place }
        }
        let below = inside.droppingTop(isShort ? 1 : 2)
        let used = drawOwners(data, into: &buffer, in: below)
        drawList(data, into: &buffer, in: below.droppingTop(used))
        return cursor
    }

    private func drawList(_ data: DashboardData, into buffer: inout CellBuffer, in rect: Rect) {
        if topic.list.rows.isEmpty {
            let text: SafeText = data.traffic.topicCount == 0 ? "no topic is known yet" : "no known topic matches"
            buffer.write(text, in: rect.row(0), style: data.theme[.muted])
        } else {
            CompletionPopup(topic, title: "Topics", theme: data.theme).draw(into: &buffer, in: rect)
        }
    }

    /// Draws the owner of the topic and its state. A long topic is shortened.
    /// - Returns: The number of rows used.
    private func drawOwners(_ data: DashboardData, into buffer: inout CellBuffer, in rect: Rect) -> Int {
        let whole = RouteLine(topic.text, data)
        guard let owners = whole.owners else {
            let isSearch = !whole.isUnfinished && !topic.list.rows.isEmpty
            let text = isRefused ? whole.reason ?? whole.text : isSearch ? RouteLine.search : whole.text
            let style = data.theme[(whole.isUnfinished || isSearch) && !isRefused ? .muted : .severityError]
            let rows = text.wrapped(at: rect.width, by: .words).lines
            for (index, row) in rows.enumerated() { buffer.write(row, in: rect.row(index), style: style) }
            return min(rows.count, rect.height)
        }
        let state: SafeText = "\(owners.mark.glyph(buffer.glyphs)) \(owners.text)"
        let space = rect.width - 2 - state.width
        func excess(_ text: SafeText) -> Int { max(0, text.width - space) }
        // The topic is shortened first, because the field above shows it. The hash is shown completely or not at all.
        let topicWidth = SafeText(untrusted: topic.text, maximumBytes: 256).width
        let shortened = RouteLine(topic.text, data, topicWidth: max(min(topicWidth, 9), topicWidth - excess(whole.text)))
        let text =
            if excess(shortened.text) == 0 {
                shortened.text
            } else {
                RouteLine(topic.text, data, topicWidth: max(1, topicWidth - excess(whole.shortText))).shortText
            }
        let used = buffer.write(text, at: rect.origin, style: data.theme[.muted], clip: rect)
        buffer.write(state, at: Point(x: rect.x + used + 2, y: rect.y), style: data.theme[owners.role], clip: rect)
        return 1
    }
}
