import TerminalUI

/// A question, a form or the help. It takes all keys until it closes.
protocol ConsolePrompt: Sendable {
    mutating func handle(_ key: Key, _ data: DashboardData) -> PromptResponse
    mutating func insert(_ paste: Paste)
    /// Updates the contents for the size of the view. Called once before each frame.
    mutating func refresh(_ data: DashboardData, view: Size)
    /// Draws the prompt over the view.
    /// - Parameters:
    ///   - view: The area of the view.
    ///   - line: The row for prompts of one line, above the view or its first row.
    /// - Returns: The position of the cursor.
    func draw(_ data: DashboardData, into buffer: inout CellBuffer, view: Rect, line: Rect) -> Point?
    /// Returns the keys for the bottom row; empty if the prompt shows its keys itself.
    func hints(_ data: DashboardData) -> [KeyHints.Hint]
    /// The theme to preview while the prompt is open; nil for the theme in use.
    var previewedTheme: String? { get }
}

extension ConsolePrompt {
    var previewedTheme: String? { nil }
    func hints(_ data: DashboardData) -> [KeyHints.Hint] { [] }
}

extension ConsolePrompt {
    mutating func refresh(_ data: DashboardData, view: Size) {}
}

/// The response of a prompt to a key.
enum PromptResponse: Sendable {
    /// The prompt stays open.
    case stay
    /// The prompt closes without an answer.
    case close
    /// The prompt closes with an answer.
    case submit(PromptRequest)
    /// The prompt makes a request and stays open for the result.
    case request(PromptRequest)
}

/// A request of a prompt.
enum PromptRequest: Sendable {
    case subscribe(SubscriptionRequest)
    case unsubscribe(Int)
    case publish(PublishRequest)
    case stopPublish(Int)
    /// Edit the body of the form in the operator's editor.
    case edit([UInt8])
    case command(String)
    case filter(String)
    case theme(String)
    case demo(DemoAction)
    /// Replace connections by new ones, or close them first.
    case reconnect(ReconnectTarget, closesFirst: Bool)
    case perform(ConfirmationPrompt.Action)
}
