import Settings
import TerminalUI

/// Reads and writes the history outside the loop, one operation at a time.
actor HistoryKeeper {
    private let path: String?
    /// Whether a failure was reported. Later failures are not reported.
    private var hasFailed = false

    /// - Parameter path: The state directory; nil if there is none or if the history is disabled.
    init(path: String?) {
        self.path = path
    }

    /// Returns the history of earlier runs.
    func load() -> Result<ConsoleHistory, HistoryError> {
        guard let path else { return .success(ConsoleHistory()) }
        do {
            return .success(try StateDirectory(creating: path).readHistory())
        } catch {
            hasFailed = true
            return .failure(HistoryError(error))
        }
    }

    /// Saves an entry. After a failure nothing more is saved.
    /// - Returns: The first failure.
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

/// A failure to read or write the history.
struct HistoryError: Error, Sendable {
    let text: SafeText

    init(_ error: SettingsError) {
        text = "the history is not saved: \(untrusted: error.description)"
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
