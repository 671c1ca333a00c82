import Settings
import TerminalUI

// Up recalls entries of this run and, if the profile allows it, of earlier runs.

extension ConsoleModel {
    /// Adds an entry to the history of the prompts and, if the profile allows it, saves it for later runs.
    mutating func remember(_ entry: ConsoleHistory.Entry) -> [Effect] {
        switch entry {
        case .command(let line): histories[.command, default: InputHistory()].add(line)
        case .filter(let text): histories[.filter, default: InputHistory()].add(text)
        case .topic(let text): histories[.subscribe, default: InputHistory()].add(text)
        case .message(let message): messageHistory.add(MessageDraft(message))
        }
        return data.deployment.keepsHistory ? [.background(.remember(entry))] : []
    }

    /// Inserts the history of earlier runs before the entries of this run.
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

    /// The draft as it is saved for later runs.
    var kept: ConsoleHistory.Message { ConsoleHistory.Message(topic: topic, headers: headers, body: body) }
}
