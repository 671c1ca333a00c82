import Settings
import TerminalUI

extension PublishPrompt {
    /// Lays out the reply for the size of the view. Called once before each frame.
    mutating func refresh(_ data: DashboardData, view: Size) {
        // Each update reads all topics.
        if isEditingTopic { topic.update(data) }
        guard case .replied(let reply) = progress else {
            replyRows = nil
            return
        }
        let inside = dialog(data).contentRect(in: Rect(view), contentSize: contentSize(in: view, hasReply: true))
        let width = max(2, inside.width - 1)
        if replyRows?.width != width || replyRows?.reply != reply {
            let rows = MessageBody(reply.entry, format: .automatic, width: width, wraps: true).lines
            replyRows = ReplyRows(reply: reply, width: width, rows: rows)
        }
        replyHeight = layout(data, inside, hasReply: true).reply.height
        replyScroll.update(count: replyRows?.rows.count ?? 0, height: replyHeight)
    }

    func draw(_ data: DashboardData, into buffer: inout CellBuffer, view: Rect, line: Rect) -> Point? {
        let hasReply = replyRows != nil
        let inside = dialog(data).draw(into: &buffer, in: view, contentSize: contentSize(in: view.size, hasReply: hasReply))
        let layout = layout(data, inside, hasReply: hasReply)
        let cursor = drawMessage(data, into: &buffer, layout)
        let modeCursor = drawMode(data, into: &buffer, in: layout.mode)
        drawOwner(data, into: &buffer, in: layout.owner)
        drawResult(data, into: &buffer, in: layout.result)
        drawReply(data, into: &buffer, in: layout.reply)
        drawTopics(data, into: &buffer, layout)
        if case .asking = progress { return nil }
        return cursor ?? modeCursor
    }

    private func layout(_ data: DashboardData, _ rect: Rect, hasReply: Bool) -> PublishLayout {
        let rows = result(data).0.wrapped(at: rect.width, by: .words).lines.count
        return PublishLayout(rect, hasReply: hasReply, field: field, resultRows: min(4, rows))
    }

    private func dialog(_ data: DashboardData) -> Dialog {
        Dialog(title: title(data), hints: hints(data), styles: .dialog(data.theme))
    }

    /// Returns the size of the form. With a reply, which may be long, the form uses all rows.
    private func contentSize(in view: Size, hasReply: Bool) -> Size {
        // Two rows are for the frame and two for the hints.
        let rows = max(2, view.height - 4)
        return Size(width: 76, height: hasReply ? rows : min(rows, 18))
    }

    private func title(_ data: DashboardData) -> SafeText {
        let what: SafeText = kind == .publish ? "Publish" : "Request"
        let environment = data.deployment.environment
        return environment == .development ? what : "\(what) to \(untrusted: environment.rawValue)"
    }

    private func hints(_ data: DashboardData) -> KeyHints {
        let verb: SafeText = kind == .publish ? "publish" : "request"
        let hints: [KeyHints.Hint]
        if case .asking = progress {
            hints = [KeyHints.Hint(key: "y", label: "yes"), KeyHints.Hint(key: "n", label: "no")]
        } else if isRepeating || isWaiting {
            hints = [KeyHints.Hint(key: "esc", label: isRepeating ? "stop" : "cancel")]
        } else {
            hints = [
                KeyHints.Hint(key: "enter", label: field == .topic && topic.selection != nil ? "take" : verb),
                KeyHints.Hint(key: "tab", label: field == .topic && isCompleting ? "complete" : "next"),
                KeyHints.Hint(key: "^r", label: kind == .publish ? "request" : "publish"),
                KeyHints.Hint(key: "^e", label: "editor"),
                KeyHints.Hint(key: "up", label: "history"),
                KeyHints.Hint(key: "^j", label: "new line"),
                KeyHints.Hint(key: "esc", label: "back"),
            ]
        }
        return KeyHints(hints, keyStyle: data.theme[.key])
    }

    // MARK: Fields

    private func drawMessage(_ data: DashboardData, into buffer: inout CellBuffer, _ layout: PublishLayout) -> Point? {
        var cursor: Point?
        func draw(_ field: Field, _ text: TextField, _ label: SafeText, _ placeholder: SafeText, in rect: Rect) {
            let place = drawField(text, label, placeholder, data, into: &buffer, in: rect)
            if field == self.field { cursor = place }
        }
        draw(.topic, topic.field, "Topic", "orders.eu", in: layout.topic)
        draw(.headers, headers, "Headers", "Name: value, one per line", in: layout.headers)
        switch body {
        case .text(let text): draw(.body, text, "Body", "", in: layout.body)
        case .bytes(let bytes):
            // An empty field with the label as placeholder, so that the cursor is visible.
            draw(.body, TextField(), "Body", DraftBody.label(of: bytes), in: layout.body)
        }
        return cursor
    }

    /// Draws a label and the field after it.
    private func drawField(
        _ field: TextField,
        _ label: SafeText,
        _ placeholder: SafeText,
        _ data: DashboardData,
        into buffer: inout CellBuffer,
        in rect: Rect
    ) -> Point? {
        guard !rect.isEmpty else { return nil }
        buffer.write(label, in: rect.row(0), style: data.theme[.muted])
        let space = Rect(x: rect.x + 8, y: rect.y, width: rect.width - 8, height: rect.height)
        return field.draw(
            into: &buffer,
            in: space,
            style: data.theme[.input],
            placeholder: placeholder,
            placeholderStyle: data.theme[.input].overlaid(with: data.theme[.muted])
        )
    }

    /// Draws the count and the interval of a publish, or the timeout of a request.
    private func drawMode(_ data: DashboardData, into buffer: inout CellBuffer, in rect: Rect) -> Point? {
        guard !rect.isEmpty else { return nil }
        let left = Rect(x: rect.x, y: rect.y, width: min(rect.width, 17), height: 1)
        guard kind == .publish else {
            let cursor = drawField(timeout, "Timeout", "5s", data, into: &buffer, in: left)
            return field == .timeout ? cursor : nil
        }
        let countCursor = drawField(count, "Repeat", "1", data, into: &buffer, in: left)
        let words: SafeText = " times, one every "
        let after = Rect(x: left.right, y: rect.y, width: rect.width - left.width, height: 1)
        buffer.write(words, in: after, style: data.theme[.muted])
        let space = Rect(x: after.x + words.width, y: rect.y, width: min(9, after.width - words.width), height: 1)
        let intervalCursor = interval.draw(
            into: &buffer,
            in: space,
            style: data.theme[.input],
            placeholder: "0ms",
            placeholderStyle: data.theme[.input].overlaid(with: data.theme[.muted])
        )
        return field == .count ? countCursor : field == .interval ? intervalCursor : nil
    }

    /// Draws the owner of the topic, its state, and the size of the message with the limit.
    private func drawOwner(_ data: DashboardData, into buffer: inout CellBuffer, in rect: Rect) {
        guard case .topic(_, let cluster) = TopicRoute(topic.text, on: data.deployment.ring) else {
            let route = RouteLine(topic.text, data)
            let isSearch = !route.isUnfinished && showsTopics && !topic.list.rows.isEmpty
            let text = isSearch ? RouteLine.search : route.isValid ? Self.patternReason : route.text
            buffer.write(text, in: rect, style: data.theme[route.isUnfinished || isSearch ? .muted : .severityError])
            return
        }
        let row = data.clusters[cluster]
        let size = (try? HeaderLines.parse(headers.text))?.encodedSize ?? 0
        let limit: SafeText = row.maxPayload.map { " of \(SafeText.bytes($0))" } ?? ""
        var x = rect.x
        let parts: [(text: SafeText, style: Style)] = [
            ("→ \(data.deployment.clusterName(cluster)) ", .plain),
            ("\(row.state.glyph(buffer.glyphs)) \(row.state.word)", data.theme[row.state.role]),
            ("  \(SafeText.bytes(size + body.count))\(limit)", data.theme[.muted]),
        ]
        for (text, style) in parts where x < rect.right {
            let room = Rect(x: x, y: rect.y, width: rect.right - x, height: 1)
            x += buffer.write(text, in: room, style: style)
        }
    }

    /// Draws the topics that complete the typed one, below its field.
    private func drawTopics(_ data: DashboardData, into buffer: inout CellBuffer, _ layout: PublishLayout) {
        guard showsTopics else { return }
        let topic = layout.topic
        let end = [layout.mode, layout.owner, layout.result].filter { !$0.isEmpty }.map(\.y).min() ?? topic.bottom
        let below = Rect(x: topic.x + 7, y: topic.bottom, width: topic.width - 7, height: min(14, end - topic.bottom))
        CompletionPopup(self.topic, title: "Topics", theme: data.theme).drawFramed(into: &buffer, in: below)
    }

    // MARK: Result

    private func drawResult(_ data: DashboardData, into buffer: inout CellBuffer, in rect: Rect) {
        let (text, role) = result(data)
        for (index, row) in text.wrapped(at: rect.width, by: .words).lines.prefix(rect.height).enumerated() {
            buffer.write(row, in: rect.row(index), style: data.theme[role])
        }
    }

    private func result(_ data: DashboardData) -> (SafeText, ThemeRole) {
        switch progress {
        case .editing: (data.deployment.publishRefusal ?? .empty, .severityWarn)
        case .asking(let request): (request.question(data), .severityWarn)
        case .inEditor: ("open in your editor", .statusConnecting)
        case .sending(let request):
            (sending(request, data), .statusConnecting)
        case .accepted(let count, let request):
            if request.count == 1 || isStopping || count == request.count {
                ("\(Self.messages(count))accepted, waiting for the server", .statusConnecting)
            } else {
                ("\(count) of \(request.count) accepted", .statusConnecting)
            }
        case .confirmed(let count, let time):
            ("\(Self.messages(count))confirmed by the server after \(SafeText.duration(time))", .statusUp)
        case .replied(let reply):
            ("replied after \(SafeText.duration(reply.after)), \(SafeText.bytes(reply.entry.payloadLength))", .statusUp)
        case .failed(let reason): ("failed: \(reason)", .severityError)
        case .note(let text): (text, .muted)
        }
    }

    /// Returns the status before a message is accepted.
    private func sending(_ request: PublishRequest, _ data: DashboardData) -> SafeText {
        let cluster = data.deployment.ring.index(of: request.topic)
        let row = data.clusters[cluster]
        guard !row.isReachable else { return request.isRequest ? "waiting for the reply…" : "sending…" }
        let attempt: SafeText = row.attempt > 0 ? ", try \(row.attempt)" : ""
        return "waiting for \(data.deployment.clusterName(cluster))\(attempt); esc cancels"
    }

    /// Returns the number of messages as text; empty for one message.
    private static func messages(_ count: Int) -> SafeText { count == 1 ? .empty : "\(count) messages " }

    private func drawReply(_ data: DashboardData, into buffer: inout CellBuffer, in rect: Rect) {
        guard let rows = replyRows?.rows, !rect.isEmpty else { return }
        for (index, row) in rows.dropFirst(replyScroll.offset).prefix(rect.height).enumerated() {
            row.draw(into: &buffer, in: rect.row(index), theme: data.theme)
        }
        let bar = Rect(x: rect.right - 1, y: rect.y, width: 1, height: rect.height)
        Scrollbar(count: rows.count, offset: replyScroll.offset, height: rect.height)
            .draw(into: &buffer, in: bar, style: data.theme[.focusedBorder])
    }
}

extension PublishRequest {
    /// Returns the question before the message is sent to production.
    func question(_ data: DashboardData) -> SafeText {
        let cluster = data.deployment.clusterName(data.deployment.ring.index(of: topic))
        let what: SafeText = isRequest ? "a request" : count == 1 ? "a message" : "\(count) messages"
        return "Production: send \(what) to \(untrusted: topic) on \(cluster)?"
    }
}

/// The areas of the parts of the form. If there is too little space, the least important parts are left out.
struct PublishLayout {
    let topic: Rect
    let headers: Rect
    let body: Rect
    let mode: Rect
    let owner: Rect
    let result: Rect
    let reply: Rect

    /// - Parameter resultRows: The number of rows that the result needs.
    init(_ rect: Rect, hasReply: Bool, field: PublishPrompt.Field, resultRows: Int) {
        // The other three rows are for topic, mode and owner.
        let room = max(2, rect.height - 3 - resultRows)
        let headerRows = hasReply ? (room > 10 ? 2 : 1) : max(1, min(4, room / 3))
        let bodyRows = hasReply ? (room > 16 ? 4 : room > 10 ? 2 : 1) : max(1, room - headerRows)
        // The field with the cursor is always visible.
        func importance(_ standard: Int, _ fields: PublishPrompt.Field...) -> Int {
            fields.contains(field) ? 100 : standard
        }
        var constraints: [Constraint] = [
            .fixed(1, importance: importance(90, .topic)),
            .fixed(headerRows, importance: importance(50, .headers)),
            .fixed(bodyRows, importance: importance(60, .body)),
            .fixed(1, importance: importance(30, .count, .interval, .timeout)),
            .fixed(1, importance: 70),
            .flexible(minimum: 1, ideal: resultRows, importance: 80),
        ]
        if hasReply { constraints.append(.fill(minimum: 1, importance: 95)) }
        let parts = Layout(.vertical, constraints).split(rect)
        (topic, headers, body) = (parts[0], parts[1], parts[2])
        (mode, owner, result) = (parts[3], parts[4], parts[5])
        reply = hasReply ? parts[6] : .zero
    }
}
