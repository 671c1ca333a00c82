import NATSMonitoring
import NATSWire
import Settings
import TerminalUI

/// What ``update(_:_:)`` asks to be done outside the model. The result comes back as a ``ConsoleEvent``.
enum Effect: Sendable, Hashable {
    case terminal(TerminalEffect)
    case background(BackgroundEffect)
}

/// An effect that the console's loop carries out itself, because the loop owns the terminal.
enum TerminalEffect: Sendable, Hashable {
    case quit
    /// Show another profile in place of this one.
    case switchProfile(String)
    /// Lend the terminal to the shell.
    case suspend
    /// Paint everything again, whatever the terminal is believed to show.
    case redraw
    case setMouse(Bool)
    /// Show the text of the screen without frames and colors, to be selected.
    case copyScreen
    /// Put text into the terminal's clipboard.
    case copy([SafeText])
}

/// An effect that runs beside the console's loop.
enum BackgroundEffect: Sendable, Hashable {
    case subscribe(id: Int, SubscriptionRequest)
    case unsubscribe(id: Int)
    /// Find out how much a subscription would bring.
    case measureRate(for: SubscriptionRequest)
    case publish(id: Int, PublishRequest)
    /// Send no more of a publish, or stop waiting for a reply. What was accepted is still confirmed.
    case stopPublish(id: Int)
    /// Write messages to a file of the state directory.
    case save([TailEntry])
    /// Open the operator's editor on a text.
    case edit([UInt8])
    /// Ask a server for its status, and perhaps for its connections.
    case askServer(Int, connections: ConnectionQuery?)
    /// Ask a server for its subscriptions.
    case askSubscriptions(Int)
    case reconnect(ReconnectTarget)
    /// Keep an entry of the history for the next runs.
    case remember(ConsoleHistory.Entry)
    /// Check whether a profile can be switched to.
    case checkProfile(String)
    case loadTheme(String)
    /// Load a theme to look at, while a prompt points at it.
    case previewTheme(String)
    /// Load the theme that follows in the list of all themes.
    case loadNextTheme(after: String)
    /// Ask for the state of the demo's servers.
    case lookAtDemo
    /// Stop or start a server of the demo.
    case demo(DemoAction, node: String)
}
