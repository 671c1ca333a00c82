import TerminalUI

/// Something that takes all keys until it is answered: a question, a form, the help.
protocol ConsolePrompt: Sendable {
    mutating func handle(_ key: Key, _ data: DashboardData) -> PromptResponse
    mutating func insert(_ paste: Paste)
    /// Draws it over the view.
    /// - Parameters:
    ///   - view: Where the view is.
    ///   - line: The bottom row, for prompts of one line.
    /// - Returns: Where the cursor is.
    func draw(_ data: DashboardData, into buffer: inout CellBuffer, view: Rect, line: Rect) -> Point?
    /// The theme to show while it is open; nil for the one in use.
    var previewedTheme: String? { get }
}

extension ConsolePrompt {
    var previewedTheme: String? { nil }
}

/// What a prompt did with a key.
enum PromptResponse: Sendable {
    /// Goes on asking.
    case stay
    /// Is gone without an answer.
    case close
    /// Is answered.
    case submit(PromptRequest)
    /// Asks for something, and stays for the result.
    case request(PromptRequest)
}

/// What a prompt was opened for.
enum PromptRequest: Sendable {
    case subscribe(SubscriptionRequest)
    case unsubscribe(Int)
    case publish(PublishRequest)
    case command(String)
    case filter(String)
    case theme(String)
    case demo(DemoAction, node: String)
    case perform(ConfirmationPrompt.Action)
}
