import Settings
import TerminalUI

/// Reads and writes the history, one thing after the other, away from the loop.
actor HistoryKeeper {
    private let path: String?
    /// Whether a failure was reported: once is enough.
    private var hasFailed = false

    /// - Parameter path: The state directory; nil if there is none, or nothing is to be kept.
    init(path: String?) {
        self.path = path
    }

    /// What earlier runs kept, or why it cannot be read.
    func load() -> Result<ConsoleHistory, HistoryError> {
        guard let path else { return .success(ConsoleHistory()) }
        do {
            return .success(try StateDirectory(creating: path).readHistory())
        } catch {
            hasFailed = true
            return .failure(HistoryError(error))
        }
    }

    /// - Returns: Why it is not kept, the first time.
    func remember(_ entry: ConsoleHistory.Entry) -> HistoryError? {
        guard let path, !hasFailed else { return nil }
        do {
            try StateDirectory(creating: path).remember(entry)
            return nil
        } catch {
            hasFailed = true
            return HistoryError(error)
        }
    }
}

/// Why nothing is kept any longer.
struct HistoryError: Error, Sendable {
    let text: SafeText

    init(_ error: SettingsError) {
        text = "what is typed and sent is not kept: \(untrusted: error.description)"
    }
}

extension ConsoleRuntime {
    func loadHistory() async {
        switch await history.load() {
        case .success(let history): queue.send(.historyLoaded(history))
        case .failure(let failure): queue.send(.failed(.warning(failure.text)))
        }
    }

    func remember(_ entry: ConsoleHistory.Entry) async {
        if let failure = await history.remember(entry) { queue.send(.failed(.warning(failure.text))) }
    }
}
