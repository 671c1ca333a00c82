import Settings
import TerminalUI

extension ConsoleModel {
    /// Carries out an action.
    mutating func perform(_ action: KeyAction) -> [Effect] {
        guard let perform = action.perform else { return performInView(action) }
        return perform(&self)
    }

    /// Passes an action to the open view. If the view ignores the action, it can open another view.
    mutating func performInView(_ action: KeyAction) -> [Effect] {
        // A filter that was set after a jump is cleared first.
        if action == .back, trail.isEmpty || views.current.filter.isEmpty, comeBack() { return [] }
        switch views.current.handle(action, &data) {
        case .handled: break
        case .notice(let notice): show(notice)
        case .open(let view): open(view)
        case .copy(let text, let notice):
            show(notice)
            return [.terminal(.copy(text))]
        case .save(let entries):
            show(.info("saving \(SafeText.counted(entries.count, "message"))"))
            return [.background(.save(entries))]
        case .edit(let draft): openPublish(draft)
        case .follow(let jump): follow(jump)
        case .openConnections(let cluster):
            open(.connections)
            views[ConnectionsView.self]?.show(cluster: cluster)
        case .reconnect(let target): prompt = ReconnectPrompt(target, data)
        case .dismissGone: return dismissGone()
        case .ignored:
            if action == .back {
                views.current.filter = ""
            } else {
                open(action)
            }
        }
        return []
    }

    /// Moves connections from servers that have more than their even share.
    /// - Parameter cluster: If given, only the connections to this cluster.
    mutating func rebalance(_ cluster: Int?) -> [Effect] {
        let count = data.clusters.reduce(0) { $0 + (cluster == nil || cluster == $1.id ? $1.surplusConnections : 0) }
        guard count > 0 else {
            show(.info("the connections are spread evenly over the known servers"))
            return []
        }
        show(.info(count == 1 ? "1 connection moves to another server" : "\(count) connections move to other servers"))
        return [.background(.rebalance(cluster: cluster))]
    }

    /// Forgets the servers that are gone.
    mutating func dismissGone() -> [Effect] {
        let count = data.clusters.reduce(0) { $0 + $1.nodes.gone }
        guard count > 0 else {
            show(.info("no server is gone"))
            return []
        }
        show(.info(count == 1 ? "1 server that was gone is forgotten" : "\(count) servers that were gone are forgotten"))
        return [.background(.dismissGone)]
    }

    /// Opens the view of an action, if there is one.
    mutating func open(_ action: KeyAction) {
        let isOpen = views.open(action)
        if isOpen { trail.clear() }
        // Opened by its own action, the view shows the connections of all clusters.
        if isOpen, action == .connections { views[ConnectionsView.self]?.show(cluster: nil) }
    }

    /// The topic that is selected in the open view; empty if there is none or it cannot be typed.
    var selectedTopic: String {
        guard var topic = views.current.selectedTopic(data), topic.withUTF8(TopicCompletion.canBeTyped) else { return "" }
        return topic
    }

    mutating func toggleMouse() -> [Effect] {
        isMouseOn.toggle()
        show(.info(isMouseOn ? "mouse on; turn it off to select text" : "mouse off"))
        return [.terminal(.setMouse(isMouseOn))]
    }

    func history(_ topic: HistoryTopic) -> InputHistory { histories[topic] ?? InputHistory() }

    // MARK: Forms

    mutating func openSubscribe(_ topic: String) {
        if let refusal = data.deployment.subscribeRefusal { return show(.error(refusal)) }
        prompt = SubscribePrompt(topic: topic, history: history(.subscribe))
    }

    mutating func openFilter() {
        prompt = FilterPrompt(text: views.current.filter, history: history(.filter))
    }

    mutating func openCommand() {
        prompt = CommandPrompt(history: history(.command))
    }

    mutating func openHelp() {
        prompt = HelpPrompt(for: views.current, views: views.views, data)
    }

    mutating func openPublish(_ draft: MessageDraft) {
        if let refusal = data.deployment.publishRefusal { return show(.error(refusal)) }
        prompt = PublishPrompt(draft, history: messageHistory)
    }

    mutating func openUnsubscribe() {
        guard !data.subscriptions.isEmpty else { return show(.info("there are no subscriptions")) }
        let topic = views.current.selectedTopic(data)
        let selected = data.subscriptions.first { subscription in
            topic.map { subscription.covers($0) } ?? false
        }
        prompt = UnsubscribePrompt(selected: selected?.id)
    }

    // MARK: Commands

    /// Runs a line of the command prompt.
    mutating func run(_ line: String) -> [Effect] {
        do {
            return try Command.parse(line, data)(&self)
        } catch {
            show(.error(error.reason))
            return []
        }
    }

    /// Sorts the open view by the column with this name or prefix.
    mutating func sort(by column: String) {
        let view = type(of: views.current)
        let wanted = column.lowercased()
        guard let name = view.sortNames.first(where: { $0 == wanted }) ?? view.sortNames.first(where: { $0.hasPrefix(wanted) })
        else {
            let names = view.sortNames.map { SafeText(untrusted: $0) }.joined(separator: " ")
            let text: SafeText = names.isEmpty ? "\(view.title) cannot be sorted" : "the columns are \(names)"
            return show(.error("no column \(untrusted: column) here; \(text)"))
        }
        views.current.sort(by: name)
        show(.info("sorted by \(untrusted: name)"))
    }

    /// Shows the owner of a topic, its hash, and the next clusters on the ring.
    mutating func route(_ topic: String) {
        let line = RouteLine(topic, data)
        if let reason = line.reason { return show(.error(reason)) }
        if case .topic = TopicRoute(topic, on: data.deployment.ring) { data.routedTopic = topic }
        show(.info(RouteDetail(topic, data).text))
    }
}
