import NATSWire
import TerminalUI

// Subscribing and publishing, from whichever prompt they were asked for.

extension ConsoleModel {
    /// Subscribes, after asking where the answer could be a flood.
    mutating func subscribe(_ request: SubscriptionRequest, isConfirmed: Bool = false) -> [Effect] {
        if let refusal = data.deployment.subscribeRefusal {
            show(.error(refusal))
            return []
        }
        let route = RouteLine(request.pattern, data)
        guard route.isValid else {
            show(.error(route.text))
            return []
        }
        let isOpen = data.subscriptions.contains { $0.request == request && !$0.hasEnded }
        guard !isOpen else {
            show(.info("\(untrusted: request.pattern) is subscribed to already"))
            return []
        }
        if !isConfirmed, data.deployment.environment == .production, request.isUnlimited {
            prompt = ConfirmationPrompt(
                title: "Production",
                message: [
                    "\(untrusted: request.pattern) brings every message of \(data.clusters.count) production clusters here.",
                    "Subscribe?",
                ],
                action: .subscribe(request)
            )
            return []
        }
        histories[.subscribe, default: .init()].add(request.pattern)
        // One that ended by itself is replaced, not kept beside the new one.
        data.subscriptions.removeAll { $0.request == request }
        let id = makeID()
        data.subscriptions.append(SubscriptionRow(id: id, request: request))
        show(.info("subscribing to \(route.text)"))
        return [.subscribe(id: id, request)]
    }

    mutating func unsubscribe(_ id: Int) -> [Effect] {
        guard let index = data.subscriptions.firstIndex(where: { $0.id == id }) else { return [] }
        let row = data.subscriptions.remove(at: index)
        show(.info("unsubscribed from \(untrusted: row.request.pattern)"))
        return [.unsubscribe(id: id)]
    }

    mutating func publish(_ request: PublishRequest) -> [Effect] {
        if let refusal = data.deployment.publishRefusal {
            show(.error(refusal))
            return []
        }
        guard case .topic = TopicRoute(request.topic, on: data.deployment.ring) else {
            let route = RouteLine(request.topic, data)
            show(.error(route.isValid ? PublishPrompt.patternReason : route.text))
            return []
        }
        histories[.publish, default: .init()].add(request.topic)
        let id = makeID()
        if var form = prompt as? PublishPrompt {
            form.sent(as: id)
            prompt = form
        }
        return [.publish(id: id, request)]
    }
}

extension SubscriptionRequest {
    /// Whether the first token is a wildcard already, so that nothing limits what comes.
    fileprivate var isUnlimited: Bool {
        let first = pattern.split(separator: ".", omittingEmptySubsequences: false).first
        return first == ">" || first == "*"
    }
}

extension SubscriptionRow {
    /// Whether it ended by itself.
    var hasEnded: Bool {
        if case .failed = state { true } else { false }
    }

    /// Whether messages of a topic, or of exactly this pattern, come through it.
    func covers(_ topic: String) -> Bool {
        if request.pattern.utf8.elementsEqual(topic.utf8) { return true }
        guard let pattern = try? Subject.pattern(request.pattern), let topic = try? Subject(topic) else { return false }
        return pattern.matches(topic)
    }
}
