import NATSWire
import TerminalUI

// Subscribing and publishing, from any prompt.

extension ConsoleModel {
    /// Subscribes. In production, asks first if the pattern has no limit.
    mutating func subscribe(_ request: SubscriptionRequest, isConfirmed: Bool = false) -> [Effect] {
        if let refusal = data.deployment.subscribeRefusal {
            show(.error(refusal))
            return []
        }
        let route = RouteLine(request.pattern, data)
        if let reason = route.reason {
            show(.error(reason))
            return []
        }
        let isOpen = data.subscriptions.contains { $0.request == request && !$0.hasEnded }
        guard !isOpen else {
            show(.info("already subscribed to \(untrusted: request.pattern)"))
            return []
        }
        if !isConfirmed, data.deployment.environment == .production, request.isUnlimited {
            return askBeforeFlood(request)
        }
        // Replaces an ended subscription with the same request.
        data.subscriptions.removeAll { $0.request == request }
        let id = makeID()
        data.subscriptions.append(SubscriptionRow(id: id, request: request))
        show(.info("subscribing to \(route.text)"))
        return [.background(.subscribe(id: id, request))] + remember(.topic(request.pattern))
    }

    /// Asks for confirmation and shows the expected rate.
    private mutating func askBeforeFlood(_ request: SubscriptionRequest) -> [Effect] {
        let canMeasure = data.servers.hasSources
        let rate: SafeText = canMeasure ? "Measuring the rate…" : "The rate is unknown: the profile has no monitor URL."
        prompt = ConfirmationPrompt(
            title: "Production",
            message: floodQuestion(request, rate),
            action: .subscribe(request)
        )
        return canMeasure ? [.background(.measureRate(for: request))] : []
    }

    private func floodQuestion(_ request: SubscriptionRequest, _ rate: SafeText) -> [SafeText] {
        [
            "\(untrusted: request.pattern) receives every message of \(SafeText.counted(data.clusters.count, "production cluster")).",
            rate,
            "Subscribe?",
        ]
    }

    /// Shows the measured rate in the question, if it is still open.
    mutating func measured(_ rate: MeasuredRate, for request: SubscriptionRequest) {
        guard var question = prompt as? ConfirmationPrompt, question.action == .subscribe(request) else { return }
        question.message = floodQuestion(request, rate.text(clusters: data.clusters.count))
        prompt = question
    }

    mutating func unsubscribe(_ id: Int) -> [Effect] {
        guard let index = data.subscriptions.firstIndex(where: { $0.id == id }) else { return [] }
        let row = data.subscriptions.remove(at: index)
        show(.info("unsubscribed from \(untrusted: row.request.pattern)"))
        return [.background(.unsubscribe(id: id))]
    }

    mutating func unsubscribe(from pattern: String) -> [Effect] {
        guard let row = data.subscriptions.first(where: { $0.request.pattern.utf8.elementsEqual(pattern.utf8) }) else {
            show(.error("there is no subscription to \(untrusted: pattern)"))
            return []
        }
        return unsubscribe(row.id)
    }

    // MARK: Publish

    /// Publishes or requests. In production, asks first.
    mutating func publish(_ request: PublishRequest, isConfirmed: Bool = false) -> [Effect] {
        if let refusal = data.deployment.publishRefusal {
            show(.error(refusal))
            return []
        }
        guard case .topic(_, let cluster) = TopicRoute(request.topic, on: data.deployment.ring) else {
            let route = RouteLine(request.topic, data)
            show(.error(route.reason ?? PublishPrompt.patternReason))
            return []
        }
        guard isConfirmed || data.deployment.environment != .production else {
            ask(request)
            return []
        }
        let id = makeID()
        outbox[id] = Outgoing(request: request, cluster: cluster, since: data.now.uptime)
        guard var form = prompt as? PublishPrompt else { return [.background(.publish(id: id, request))] }
        form.sent(as: id, request)
        prompt = form
        return [.background(.publish(id: id, request))] + remember(.message(form.draft.kept))
    }

    private mutating func ask(_ request: PublishRequest) {
        if var form = prompt as? PublishPrompt {
            form.progress = .asking(request)
            prompt = form
        } else {
            prompt = ConfirmationPrompt(title: "Production", message: [request.question(data)], action: .publish(request))
        }
    }

    /// Shows the progress of a publish or request in its form or, without the form, in the bottom row.
    mutating func publish(_ id: Int, _ progress: PublishProgress) {
        let isRequest = outbox[id]?.request.isRequest == true
        switch progress {
        case .accepted(let count): outbox[id]?.accepted = count
        case .confirmed, .replied, .canceled: outbox[id] = nil
        case .failed(let reason):
            let what: SafeText = isRequest ? "request" : "publish"
            let cluster = outbox[id]?.cluster
            outbox[id] = nil
            log(EventRow(.note, .error, cluster: cluster, detail: "\(what) failed: \(untrusted: reason)"))
        }
        if var form = prompt as? PublishPrompt, form.id == id {
            form.report(progress)
            prompt = form
            return
        }
        switch progress {
        case .accepted: show(.info("accepted, waiting for the server"))
        case .confirmed(_, let time): show(.info("confirmed by the server after \(SafeText.duration(time))"))
        case .replied(let reply): show(.info("reply received after \(SafeText.duration(reply.after))"))
        case .canceled:
            show(.info(isRequest ? "canceled: the request may have been sent" : "canceled: nothing was sent"))
        case .failed(let reason): show(.error("publish failed: \(untrusted: reason)"))
        }
    }
}

extension SubscriptionRequest {
    /// Whether the first token is a wildcard, so that the pattern matches an unlimited set of topics.
    fileprivate var isUnlimited: Bool {
        let first = pattern.split(separator: ".", omittingEmptySubsequences: false).first
        return first == ">" || first == "*"
    }
}

extension SubscriptionRow {
    /// Whether the library ended it.
    var hasEnded: Bool {
        if case .failed = state { true } else { false }
    }

    /// Returns whether the subscription receives messages of a topic, or has exactly this pattern.
    func covers(_ topic: String) -> Bool {
        if request.pattern.utf8.elementsEqual(topic.utf8) { return true }
        guard let pattern = try? Subject.pattern(request.pattern), let topic = try? Subject(topic) else { return false }
        return pattern.matches(topic)
    }
}
