import TerminalUI

extension PublishPrompt {
    mutating func handle(_ key: Key, _ data: DashboardData) -> PromptResponse {
        if case .asking(let request) = progress { return answer(key, request) }
        if field == .topic, topic.selection != nil {
            edit(key, data)
            return .stay
        }
        switch (key.code, key.modifiers) {
        case (.escape, []), (.character("c"), .control):
            guard let id, isRepeating || isWaiting else { return .close }
            // Without a stop, the message would be sent when the cluster is back, even after the form has closed.
            guard isRepeating else { return .submit(.stopPublish(id)) }
            stopped()
            return .request(.stopPublish(id))
        case (.enter, []): return submit(data)
        case (.character("e"), .control):
            guard !isBusy else { return .stay }
            progress = .inEditor
            return .request(.edit(body.bytes))
        case (.character("r"), .control): toggleKind()
        case (.enter, .alt), (.character("j"), .control): insertNewline()
        case (.backTab, []): move(by: -1)
        case (.tab, []) where field != .topic: move(by: 1)
        case (.character("p"), .control): recallOlder()
        case (.character("n"), .control): _ = recallNewer()
        case (.up, []) where isOnFirstLine: recallOlder()
        case (.down, []) where isOnLastLine: if !recallNewer(), field == .topic { edit(key, data) }
        case (.pageUp, []): scrollReply(by: -5)
        case (.pageDown, []): scrollReply(by: 5)
        default: edit(key, data)
        }
        return .stay
    }

    /// Handles a key while the form asks for confirmation in production.
    private mutating func answer(_ key: Key, _ request: PublishRequest) -> PromptResponse {
        switch (key.code, key.modifiers) {
        case (.character("y"), []), (.character("Y"), []):
            return .request(.perform(.publish(request)))
        case (.character("n"), []), (.character("N"), []), (.escape, []), (.character("c"), .control):
            progress = .editing
        default: break
        }
        return .stay
    }

    private mutating func submit(_ data: DashboardData) -> PromptResponse {
        guard !isBusy else { return .stay }
        do throws(InputError) {
            return .request(.publish(try makeRequest(data)))
        } catch {
            if let field = error.field { self.field = field }
            progress = .failed(error.reason)
            return .stay
        }
    }

    // MARK: Fields

    private mutating func edit(_ key: Key, _ data: DashboardData) {
        switch field {
        case .topic: editTopic(key, data)
        case .headers: _ = headers.handle(key)
        case .body: _ = body.handle(key)
        case .count: _ = count.handle(key)
        case .interval: _ = interval.handle(key)
        case .timeout: _ = timeout.handle(key)
        }
        settle()
    }

    private mutating func editTopic(_ key: Key, _ data: DashboardData) {
        switch topic.handle(key, data) {
        case .edited: isCompleting = true
        case .unchanged: if topic.selection != nil { isCompleting = true }
        case .taken: isCompleting = false
        case .isWhole: move(by: 1)
        // The form handles these keys itself.
        case .submitted, .cancelled: break
        }
        if !showsTopics { topic.deselect() }
    }

    /// Clears a final result after an edit. A pending result stays.
    private mutating func settle() {
        switch progress {
        case .confirmed, .failed, .note: progress = .editing
        case .editing, .asking, .inEditor, .sending, .accepted, .replied: break
        }
    }

    private mutating func insertNewline() {
        switch field {
        case .headers: headers.insert("\n")
        case .body: body.insert("\n")
        case .topic, .count, .interval, .timeout: break
        }
        settle()
    }

    mutating func insert(_ paste: Paste) {
        switch field {
        case .topic: topic.insert(paste)
        case .headers: headers.insert(paste)
        case .body: body.insert(paste)
        case .count: count.insert(paste)
        case .interval: interval.insert(paste)
        case .timeout: timeout.insert(paste)
        }
        settle()
    }

    private mutating func move(by step: Int) {
        let fields = fields
        let index = fields.firstIndex(of: field) ?? 0
        field = fields[(index + step + fields.count) % fields.count]
        isCompleting = false
        topic.deselect()
    }

    private mutating func toggleKind() {
        guard !isBusy else { return }
        kind = kind == .publish ? .request : .publish
        if !fields.contains(field) { field = .body }
        progress = .editing
    }

    private mutating func scrollReply(by rows: Int) {
        replyScroll.scroll(by: rows, count: replyRows?.rows.count ?? 0, height: replyHeight)
    }

    // MARK: History

    private var isOnFirstLine: Bool {
        switch field {
        case .headers: headers.isOnFirstLine
        case .body: if case .text(let field) = body { field.isOnFirstLine } else { true }
        case .topic, .count, .interval, .timeout: true
        }
    }

    private var isOnLastLine: Bool {
        switch field {
        case .headers: headers.isOnLastLine
        case .body: if case .text(let field) = body { field.isOnLastLine } else { true }
        case .topic, .count, .interval, .timeout: true
        }
    }

    private mutating func recallOlder() {
        if let older = history.previous(current: draft) { fill(with: older) }
    }

    /// - Returns: Whether an earlier message was recalled before.
    private mutating func recallNewer() -> Bool {
        guard let newer = history.next() else { return false }
        fill(with: newer)
        return true
    }
}
