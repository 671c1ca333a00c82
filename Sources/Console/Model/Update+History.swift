import Settings
import TerminalUI

// Up recalls what was typed and sent, in this run and, if the profile allows it, in the next ones.

extension ConsoleModel {
    /// Keeps something for the prompts, and for the next runs.
    mutating func remember(_ entry: ConsoleHistory.Entry) -> [Effect] {
        switch entry {
        case .command(let line): histories[.command, default: InputHistory()].add(line)
        case .filter(let text): histories[.filter, default: InputHistory()].add(text)
        case .topic(let text): histories[.subscribe, default: InputHistory()].add(text)
        case .message(let message): messageHistory.add(MessageDraft(message))
        }
        return data.deployment.keepsHistory ? [.background(.remember(entry))] : []
    }

    /// Takes the history of earlier runs, before what this one has added.
    mutating func restore(_ history: ConsoleHistory) {
        func merged(_ topic: HistoryTopic, _ older: [String]) -> InputHistory {
            InputHistory(older + (histories[topic]?.entries ?? []))
        }
        histories[.command] = merged(.command, history.commands)
        histories[.filter] = merged(.filter, history.filters)
        histories[.subscribe] = merged(.subscribe, history.topics)
        messageHistory = MessageHistory(history.messages.map(MessageDraft.init) + messageHistory.drafts)
    }
}

extension MessageDraft {
    init(_ message: ConsoleHistory.Message) {
        self.init(topic: message.topic, headers: message.headers, body: message.body)
    }

    /// As it is kept for the next runs.
    var kept: ConsoleHistory.Message { ConsoleHistory.Message(topic: topic, headers: headers, body: body) }
}
