import NATSWire
import TerminalUI

/// `p`: topic, headers and body of a message. Stays open for the result, so that the next message needs few keys.
struct PublishPrompt: ConsolePrompt {
    /// The fields, in the order of tab.
    enum Field: Int, Sendable, CaseIterable {
        case topic, headers, body
    }

    /// What became of the message.
    enum Progress: Sendable, Hashable {
        case editing
        /// Not accepted yet: the cluster may be down, and is tried again.
        case sending
        case accepted
        case confirmed(Duration)
        case failed(SafeText)
    }

    /// The publish whose result is shown.
    private(set) var id: Int?
    private(set) var progress = Progress.editing
    private(set) var field: Field
    private var topic: Prompt
    private var headers: TextField
    private var body: TextField

    init(topic: String = "", body: String = "", history: InputHistory = InputHistory()) {
        self.topic = Prompt(label: "Topic", text: topic, history: history)
        headers = TextField(isMultiline: true, maximumBytes: 64 * 1024)
        self.body = TextField(body, isMultiline: true, maximumBytes: 1 << 20)
        field = topic.isEmpty ? .topic : .body
    }

    // MARK: Result

    /// The message is on its way under this number.
    mutating func sent(as id: Int) {
        self.id = id
        progress = .sending
    }

    mutating func report(_ news: PublishProgress) {
        progress =
            switch news {
            case .accepted: .accepted
            case .confirmed(let time): .confirmed(time)
            case .failed(let reason): .failed(SafeText(untrusted: reason))
            }
    }

    // MARK: Keys

    mutating func handle(_ key: Key, _ data: DashboardData) -> PromptResponse {
        switch (key.code, key.modifiers) {
        case (.escape, []), (.character("c"), .control): return .close
        case (.enter, []): return submit(data)
        case (.enter, .alt), (.character("j"), .control):
            insertNewline()
        case (.backTab, []): move(by: -1)
        case (.tab, []):
            let isComplete = TopicCompletion.completions(of: topic.text, data).allSatisfy { $0 == topic.text }
            if field != .topic || isComplete { move(by: 1) } else { edit(key, data) }
        default: edit(key, data)
        }
        return .stay
    }

    private mutating func edit(_ key: Key, _ data: DashboardData) {
        switch field {
        case .topic: _ = topic.handle(key) { TopicCompletion.completions(of: $0, data) }
        case .headers: _ = headers.handle(key)
        case .body: _ = body.handle(key)
        }
        if progress != .sending { progress = .editing }
    }

    private mutating func insertNewline() {
        switch field {
        case .topic: break
        case .headers: headers.insert("\n")
        case .body: body.insert("\n")
        }
    }

    private mutating func move(by step: Int) {
        let count = Field.allCases.count
        field = Field(rawValue: (field.rawValue + step + count) % count) ?? .topic
    }

    mutating func insert(_ paste: Paste) {
        switch field {
        case .topic: _ = topic.insert(paste)
        case .headers: headers.insert(paste)
        case .body: body.insert(paste)
        }
    }

    private mutating func submit(_ data: DashboardData) -> PromptResponse {
        guard progress != .sending else { return .stay }
        if let refusal = data.deployment.publishRefusal {
            progress = .failed(refusal)
            return .stay
        }
        guard case .topic(_, let cluster) = TopicRoute(topic.text, on: data.deployment.ring) else {
            progress = .failed(RouteLine(topic.text, data).isValid ? Self.patternReason : RouteLine(topic.text, data).text)
            return .stay
        }
        do throws(HeaderLines.Failure) {
            let headers = try HeaderLines.parse(headers.text)
            let request = PublishRequest(topic: topic.text, headers: headers, body: body.text)
            if let limit = data.clusters[cluster].maxPayload, request.size > limit {
                progress = .failed(
                    "\(SafeText.bytes(request.size)) is more than the server's max_payload of \(SafeText.bytes(limit))"
                )
                return .stay
            }
            return .request(.publish(request))
        } catch {
            field = .headers
            progress = .failed(error.reason)
            return .stay
        }
    }

    static let patternReason: SafeText = "a pattern can be subscribed to, not published to; write the topic in full"

    // MARK: Drawing

    func draw(_ data: DashboardData, into buffer: inout CellBuffer, view: Rect, line: Rect) -> Point? {
        let hints = KeyHints(
            [
                KeyHints.Hint(key: "enter", label: "publish"),
                KeyHints.Hint(key: "tab", label: "next field"),
                KeyHints.Hint(key: "M-enter ^j", label: "new line"),
                KeyHints.Hint(key: "esc", label: "back"),
            ],
            keyStyle: data.theme[.key]
        )
        // Two rows of frame, two of hints, one each for topic, owner and result; the rest is for headers and body.
        let room = max(2, min(view.height - 7, 14))
        let headerRows = max(1, min(4, room / 3))
        let bodyRows = max(1, room - headerRows)
        let size = Size(width: 76, height: headerRows + bodyRows + 3)
        let inside = Dialog(title: title(data), hints: hints, styles: .dialog(data.theme))
            .draw(into: &buffer, in: view, contentSize: size)
        let parts = Layout(
            .vertical,
            [
                .fixed(1), .fixed(headerRows, importance: 1), .fixed(bodyRows, importance: 4),
                .fixed(1, importance: 2), .fixed(1, importance: 3),
            ]
        ).split(inside)

        var cursor: Point?
        let labels: [SafeText] = ["Topic", "Headers", "Body"]
        let placeholders: [SafeText] = ["orders.eu", "Name: value, one a line", ""]
        let fields = [topic.field, headers, body]
        for index in fields.indices where !parts[index].isEmpty {
            let part = parts[index]
            buffer.write(labels[index], in: part.row(0), style: data.theme[.muted])
            let space = Rect(x: part.x + 8, y: part.y, width: part.width - 8, height: part.height)
            let place = fields[index].draw(
                into: &buffer,
                in: space,
                style: data.theme[.input],
                placeholder: placeholders[index],
                placeholderStyle: data.theme[.input].overlaid(with: data.theme[.muted])
            )
            if index == field.rawValue { cursor = place }
        }
        drawOwner(data, into: &buffer, in: parts[3])
        drawResult(data, into: &buffer, in: parts[4])
        return cursor
    }

    private func title(_ data: DashboardData) -> SafeText {
        let environment = data.deployment.environment
        return environment == .development ? "Publish" : "Publish to \(untrusted: environment.rawValue)"
    }

    /// Owner, its state, and the size against the limit.
    private func drawOwner(_ data: DashboardData, into buffer: inout CellBuffer, in rect: Rect) {
        guard case .topic(_, let cluster) = TopicRoute(topic.text, on: data.deployment.ring) else {
            let route = RouteLine(topic.text, data)
            let isWrong = !topic.text.isEmpty
            buffer.write(
                route.isValid ? Self.patternReason : route.text,
                in: rect,
                style: data.theme[isWrong ? .severityError : .muted]
            )
            return
        }
        let row = data.clusters[cluster]
        let size = (try? HeaderLines.parse(headers.text))?.encodedSize ?? 0
        let bytes = SafeText.bytes(size + body.text.utf8.count)
        let limit: SafeText = row.maxPayload.map { " of \(SafeText.bytes($0))" } ?? ""
        var x = rect.x
        x += buffer.write("→ \(data.deployment.clusterName(cluster)) ", at: Point(x: x, y: rect.y), clip: rect)
        let state: SafeText = "\(row.state.glyph(buffer.glyphs)) \(row.state.word)"
        x += buffer.write(state, at: Point(x: x, y: rect.y), style: data.theme[row.state.role], clip: rect)
        buffer.write("  \(bytes)\(limit)", at: Point(x: x, y: rect.y), style: data.theme[.muted], clip: rect)
    }

    private func drawResult(_ data: DashboardData, into buffer: inout CellBuffer, in rect: Rect) {
        switch progress {
        case .editing:
            if let refusal = data.deployment.publishRefusal {
                buffer.write(refusal, in: rect, style: data.theme[.severityWarn])
            }
        case .sending: buffer.write("sending…", in: rect, style: data.theme[.statusConnecting])
        case .accepted: buffer.write("accepted, waiting for the server", in: rect, style: data.theme[.statusConnecting])
        case .confirmed(let time):
            buffer.write("confirmed by the server after \(SafeText.duration(time))", in: rect, style: data.theme[.statusUp])
        case .failed(let reason): buffer.write("failed: \(reason)", in: rect, style: data.theme[.severityError])
        }
    }
}

/// Headers as they are typed: `Name: value`, one a line.
enum HeaderLines {
    /// Which line is wrong, and why.
    struct Failure: Error {
        let reason: SafeText
    }

    /// - Returns: Nil if there are none.
    static func parse(_ text: String) throws(Failure) -> Headers? {
        var headers = Headers()
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() where !line.allSatisfy(\.isWhitespace) {
            guard let colon = line.firstIndex(of: ":") else {
                throw Failure(reason: "header line \(index + 1) has no colon; write Name: value")
            }
            let value = line[line.index(after: colon)...].drop { $0 == " " }
            let trimmed = String(value.reversed().drop { $0 == " " }.reversed())
            do {
                try headers.add(String(line[..<colon]), trimmed)
            } catch {
                throw Failure(reason: "header line \(index + 1): \(untrusted: error.message)")
            }
        }
        return headers.isEmpty ? nil : headers
    }
}
