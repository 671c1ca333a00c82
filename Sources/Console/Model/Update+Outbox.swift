import TerminalUI

// Messages and requests that are not over: what waits is shown until it is settled, and can be taken back until it is sent.

extension ConsoleModel {
    /// After so long a message that is not settled is shown: usually it takes a few milliseconds.
    private static let patience: Duration = .seconds(1)

    /// What waits, for the bottom row; nil if nothing does.
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

    /// A cluster, and how reconnecting to it goes.
    private func name(_ cluster: Int) -> SafeText {
        let row = data.clusters[cluster]
        let name = data.deployment.clusterName(cluster)
        guard !row.isReachable else { return name }
        return row.attempt > 0 ? "\(name), try \(row.attempt)" : name
    }

    /// Takes back what was not sent yet.
    mutating func cancelSending() -> [Effect] {
        let waiting = outbox.filter(\.value.isWaiting).keys.sorted()
        guard !waiting.isEmpty else {
            show(.info(outbox.isEmpty ? "nothing waits to be sent" : "what was sent already cannot be taken back"))
            return []
        }
        return waiting.map { .background(.stopPublish(id: $0)) }
    }

    // MARK: Quit

    /// Quits, after asking if something would be lost.
    mutating func quit() -> [Effect] {
        guard let loss, !isTooSmall else { return [.terminal(.quit)] }
        prompt = ConfirmationPrompt(title: "Quit", message: [loss, "Quit anyway?"], action: .quit)
        return []
    }

    /// What quitting, or switching to another profile, would lose of what is being sent; nil for nothing.
    var loss: SafeText? {
        let repeating = outbox.values.filter { $0.isWaiting && $0.request.count > 1 }
        if let first = repeating.first {
            return "\(first.accepted) of \(first.request.count) messages to \(untrusted: first.request.topic) are sent."
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
    /// Whether some of it is still to be sent, or a reply is still to come.
    var isWaiting: Bool { request.isRequest || accepted < request.count }
}
