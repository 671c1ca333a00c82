import TerminalUI

/// `s` asks for a topic or pattern and, in a second field, for a queue group. It shows the owner while the topic is typed.
struct SubscribePrompt: ConsolePrompt {
    private var topic: Prompt
    private var queueGroup = TextField(maximumBytes: 256)
    private var isInQueueGroup = false

    init(topic: String, history: InputHistory) {
        self.topic = Prompt(label: "Topic", suggestion: topic, history: history)
    }

    // MARK: Keys

    mutating func handle(_ key: Key, _ data: DashboardData) -> PromptResponse {
        switch (key.code, key.modifiers) {
        case (.escape, []), (.character("c"), .control): return .close
        case (.enter, []): return submit(data)
        case (.backTab, []): isInQueueGroup.toggle()
        case (.tab, []) where isInQueueGroup || TopicCompletion.completions(of: topic.text, data).allSatisfy { $0 == topic.text }:
            isInQueueGroup.toggle()
        default:
            if isInQueueGroup {
                _ = queueGroup.handle(key)
            } else {
                _ = topic.handle(key) { TopicCompletion.completions(of: $0, data) }
            }
        }
        return .stay
    }

    private func submit(_ data: DashboardData) -> PromptResponse {
        guard RouteLine(topic.text, data).isValid else { return .stay }
        let group = queueGroup.text
        return .submit(
            .subscribe(
                SubscriptionRequest(pattern: topic.text, queueGroup: group.isEmpty ? nil : group)
            )
        )
    }

    mutating func insert(_ paste: Paste) {
        if isInQueueGroup { queueGroup.insert(paste) } else { _ = topic.insert(paste) }
    }

    // MARK: Drawing

    func draw(_ data: DashboardData, into buffer: inout CellBuffer, view: Rect, line: Rect) -> Point? {
        let hints = KeyHints(
            [
                KeyHints.Hint(key: "enter", label: "subscribe"),
                KeyHints.Hint(key: "tab", label: "complete, next field"),
                KeyHints.Hint(key: "esc", label: "back"),
            ],
            keyStyle: data.theme[.key]
        )
        let inside = Dialog(title: "Subscribe", hints: hints, styles: .dialog(data.theme))
            .draw(into: &buffer, in: view, contentSize: Size(width: 64, height: 3))
        let labels: [SafeText] = ["Topic", "Queue group"]
        let label = labels[1].width
        let fields = [topic.field, queueGroup]
        var cursor: Point?
        for (index, field) in fields.enumerated() {
            let row = inside.row(index)
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
        drawOwners(data, into: &buffer, in: inside.row(2))
        return cursor
    }

    /// Draws the owner of the topic and its state. A long topic is shortened.
    private func drawOwners(_ data: DashboardData, into buffer: inout CellBuffer, in rect: Rect) {
        let whole = RouteLine(topic.text, data)
        guard let owners = whole.owners else {
            buffer.write(whole.text, in: rect, style: data.theme[topic.text.isEmpty ? .muted : .severityError])
            return
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
    }
}
