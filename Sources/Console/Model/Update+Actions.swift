import Settings
import TerminalUI

extension ConsoleModel {
    /// Does what a key says: what works everywhere here, the rest in the open view.
    mutating func perform(_ action: KeyAction) -> [Effect] {
        switch action {
        case .quit: return quit()
        case .suspend: return [.suspend]
        case .redraw: return [.redraw]
        case .copyScreen: return [.copyScreen]
        case .nextTheme: return [.loadNextTheme(after: data.theme.name)]
        case .mouse: return toggleMouse()
        case .help: prompt = HelpPrompt(for: views.current, views: views.views, data)
        case .command: prompt = CommandPrompt(history: history(.command))
        case .filter: prompt = FilterPrompt(text: views.current.filter, history: history(.filter))
        case .subscribe: openSubscribe(views.current.selectedTopic(data) ?? "")
        case .publish: openPublish(MessageDraft(topic: views.current.selectedTopic(data) ?? ""))
        case .unsubscribe: openUnsubscribe()
        case .cancelSending: return cancelSending()
        case .demoNode: return openDemoNodes()
        default: return performInView(action)
        }
        return []
    }

    private mutating func performInView(_ action: KeyAction) -> [Effect] {
        switch views.current.handle(action, &data) {
        case .handled: break
        case .notice(let notice): show(notice)
        case .open(let view): open(view)
        case .copy(let text, let notice):
            show(notice)
            return [.copy(text)]
        case .save(let entries):
            show(.info("saving \(entries.count) messages"))
            return [.save(entries)]
        case .edit(let draft): openPublish(draft)
        case .openConnections(let cluster):
            open(.connections)
            views[ConnectionsView.self]?.show(cluster: cluster)
        case .reconnect(let target): prompt = ReconnectPrompt(target, data)
        case .ignored:
            if action == .back {
                views.current.filter = ""
            } else {
                open(action)
            }
        }
        return []
    }

    /// Opens a view, if the action is that of one.
    private mutating func open(_ action: KeyAction) {
        guard !views.open(action) else {
            // Asked for by its own name it hides nothing.
            if action == .connections { views[ConnectionsView.self]?.show(cluster: nil) }
            return
        }
        switch action {
        case .overview, .topics, .tail, .connections, .ring, .servers, .events:
            show(.warning("there is no view \(untrusted: action.rawValue) in this version"))
        default: break
        }
    }

    private mutating func toggleMouse() -> [Effect] {
        isMouseOn.toggle()
        show(.info(isMouseOn ? "mouse on; off again, text can be selected" : "mouse off"))
        return [.setMouse(isMouseOn)]
    }

    private func history(_ topic: HistoryTopic) -> InputHistory { histories[topic] ?? InputHistory() }

    // MARK: Forms

    private mutating func openSubscribe(_ topic: String) {
        if let refusal = data.deployment.subscribeRefusal { return show(.error(refusal)) }
        prompt = SubscribePrompt(topic: topic, history: history(.subscribe))
    }

    mutating func openPublish(_ draft: MessageDraft) {
        if let refusal = data.deployment.publishRefusal { return show(.error(refusal)) }
        prompt = PublishPrompt(draft, history: messageHistory)
    }

    private mutating func openUnsubscribe() {
        guard !data.subscriptions.isEmpty else { return show(.info("there is no subscription")) }
        let topic = views.current.selectedTopic(data)
        let selected = data.subscriptions.first { subscription in
            topic.map { subscription.covers($0) } ?? false
        }
        prompt = UnsubscribePrompt(selected: selected?.id)
    }

    // MARK: Commands

    /// Runs a line of the command prompt.
    mutating func run(_ line: String) -> [Effect] {
        let command: Command
        do {
            command = try Command.parse(line, data)
        } catch {
            show(.error(error.reason))
            return []
        }
        switch command {
        case .quit: return quit()
        case .help: return perform(.help)
        case .mouse: return perform(.mouse)
        case .view(let action): open(action)
        case .profile(let name): return [.checkProfile(name)]
        case .theme(let name?): return useTheme(name)
        case .theme(nil): prompt = ThemePrompt(names: data.themeNames, current: data.theme.name)
        case .route(let topic): route(topic)
        case .subscribe(let pattern, let group):
            return subscribe(SubscriptionRequest(pattern: pattern, queueGroup: group))
        case .watch(let pattern):
            return subscribe(SubscriptionRequest(pattern: pattern, purpose: .watch))
        case .unsubscribe(let pattern):
            guard let row = data.subscriptions.first(where: { $0.request.pattern.utf8.elementsEqual(pattern.utf8) }) else {
                show(.error("there is no subscription to \(untrusted: pattern)"))
                return []
            }
            return unsubscribe(row.id)
        case .publish(let topic, let body):
            guard let body else {
                openPublish(MessageDraft(topic: topic))
                return []
            }
            return publish(PublishRequest(topic: topic, body: Array(body.utf8)))
        case .sort(let column): sort(by: column)
        case .reconnect(let cluster):
            prompt = ReconnectPrompt(cluster.map { .cluster($0) } ?? .all, data)
        }
        return []
    }

    /// Sorts the open view by the column whose name begins like this.
    private mutating func sort(by column: String) {
        let view = type(of: views.current)
        let wanted = column.lowercased()
        guard let name = view.sortNames.first(where: { $0 == wanted }) ?? view.sortNames.first(where: { $0.hasPrefix(wanted) })
        else {
            let names = view.sortNames.map { SafeText(untrusted: $0) }.joined(separator: " ")
            let text: SafeText = names.isEmpty ? "\(view.title) has no order to choose" : "there are \(names)"
            return show(.error("no column \(untrusted: column) here; \(text)"))
        }
        views.current.sort(by: name)
        show(.info("sorted by \(untrusted: name)"))
    }

    /// Owner, hash and who would own the topic next.
    private mutating func route(_ topic: String) {
        let line = RouteLine(topic, data)
        guard line.isValid else { return show(.error(line.text)) }
        if case .topic = TopicRoute(topic, on: data.deployment.ring) { data.routedTopic = topic }
        show(.info(RouteDetail(topic, data).text))
    }
}
