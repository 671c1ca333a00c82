import TerminalUI

// Unfinished messages and requests. They are shown until they finish, and can be canceled until they are sent.

extension ConsoleModel {
    /// The time after which an unfinished message is shown. Usually a message takes a few milliseconds.
    private static let patience: Duration = .seconds(1)

    /// The text of the bottom row about unfinished messages; nil if there are none.
    var waiting: SafeText? {
        let outgoing = outbox.values.filter { item in
            !data.clusters[item.cluster].isReachable || data.now.uptime - item.since >= Self.patience
        }
        let kinds: [(items: [Outgoing], text: (Int) -> SafeText)] = [
            (
                outgoing.filter { $0.isWaiting && !$0.request.isRequest },
                { $0 == 1 ? "1 message waits for" : "\($0) messages wait for" }
            ),
            (outgoing.filter { $0.request.isRequest }, { $0 == 1 ? "1 request waits for" : "\($0) requests wait for" }),
            (
                outgoing.filter { !$0.isWaiting },
                { $0 == 1 ? "1 message is not confirmed by" : "\($0) messages are not confirmed by" }
            ),
        ]
        var parts: [SafeText] = []
        for kind in kinds where !kind.items.isEmpty {
            let count = kind.items.reduce(0) { $0 + ($1.isWaiting ? $1.request.count - $1.accepted : $1.accepted) }
            let clusters = Set(kind.items.map(\.cluster)).sorted()
            parts.append("\(kind.text(count)) \(clusters.map(name).joined(separator: ", "))")
        }
        guard !parts.isEmpty else { return nil }
        let text = parts.joined(separator: "; ")
        guard outgoing.contains(where: \.isWaiting), let key = data.keys.key(for: .cancelSending) else { return text }
        return "\(text); \(key) cancels"
    }

    /// Returns the name of a cluster, with the number of the attempt while it is down.
    private func name(_ cluster: Int) -> SafeText {
        let row = data.clusters[cluster]
        let name = data.deployment.clusterName(cluster)
        guard !row.isReachable else { return name }
        return row.attempt > 0 ? "\(name), try \(row.attempt)" : name
    }

    /// Cancels messages that were not sent yet.
    mutating func cancelSending() -> [Effect] {
        let waiting = outbox.filter(\.value.isWaiting).keys.sorted()
        guard !waiting.isEmpty else {
            show(.info(outbox.isEmpty ? "nothing is waiting to be sent" : "sent messages cannot be canceled"))
            return []
        }
        return waiting.map { .background(.stopPublish(id: $0)) }
    }

    // MARK: Quit

    /// Quits. Asks first if messages would be lost.
    mutating func quit() -> [Effect] {
        guard let loss, !isTooSmall else { return [.terminal(.quit)] }
        prompt = ConfirmationPrompt(title: "Quit", message: [loss, "Quit anyway?"], action: .quit)
        return []
    }

    /// The messages that would be lost by quitting or switching to another profile; nil if there are none.
    var loss: SafeText? {
        let repeating = outbox.values.filter { $0.isWaiting && $0.request.count > 1 }
        if let first = repeating.first {
            return "\(first.accepted) of \(first.request.count) messages to \(untrusted: first.request.topic) have been sent."
        }
        let requests = outbox.values.count { $0.request.isRequest }
        if requests > 0 { return requests == 1 ? "A request waits for its reply." : "\(requests) requests wait for a reply." }
        let waiting = outbox.values.filter(\.isWaiting)
        if let first = waiting.first {
            let messages: SafeText = waiting.count == 1 ? "A message waits" : "\(waiting.count) messages wait"
            return "\(messages) for \(data.deployment.clusterName(first.cluster)) and would not be sent."
        }
        guard !outbox.isEmpty else { return nil }
        let messages: SafeText = outbox.count == 1 ? "A message is" : "\(outbox.count) messages are"
        return "\(messages) not confirmed by the server."
    }
}

extension Outgoing {
    /// Whether messages are unsent, or a reply is outstanding.
    var isWaiting: Bool { request.isRequest || accepted < request.count }
}
