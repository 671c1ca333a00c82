import TerminalUI

/// Something that takes all keys until it is answered: a question, a form, the help.
protocol ConsolePrompt: Sendable {
    mutating func handle(_ key: Key, _ data: DashboardData) -> PromptResponse
    mutating func insert(_ paste: Paste)
    /// Fits what it shows to the room there is. Called once before each frame.
    mutating func refresh(_ data: DashboardData, view: Size)
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

extension ConsolePrompt {
    mutating func refresh(_ data: DashboardData, view: Size) {}
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
    case stopPublish(Int)
    /// The body of the form is to be edited elsewhere.
    case edit([UInt8])
    case command(String)
    case filter(String)
    case theme(String)
    case demo(DemoAction, node: String)
    case reconnect(ReconnectTarget)
    case perform(ConfirmationPrompt.Action)
}
