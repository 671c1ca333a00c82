import NATSMonitoring
import NATSWire
import Settings
import TerminalUI

/// An action outside the model, requested by ``update(_:_:)``. Its result is reported as a ``ConsoleEvent``.
enum Effect: Sendable, Hashable {
    case terminal(TerminalEffect)
    case background(BackgroundEffect)
}

/// An effect that the console's loop carries out itself, because the loop owns the terminal.
enum TerminalEffect: Sendable, Hashable {
    case quit
    /// Close this profile and show another one.
    case switchProfile(String)
    /// Suspend the program and return the terminal to the shell.
    case suspend
    /// Repaint every cell, because the terminal may not show the last frame.
    case redraw
    case setMouse(Bool)
    /// Show the text of the screen without frames and colors, so that it can be selected.
    case copyScreen
    /// Copy text to the terminal's clipboard.
    case copy([SafeText])
}

/// An effect that runs concurrently with the console's loop.
enum BackgroundEffect: Sendable, Hashable {
    case subscribe(id: Int, SubscriptionRequest)
    case unsubscribe(id: Int)
    /// Measure the rate of messages that a subscription would receive.
    case measureRate(for: SubscriptionRequest)
    case publish(id: Int, PublishRequest)
    /// Stop a repeated publish, or stop waiting for a reply. Accepted messages are still confirmed.
    case stopPublish(id: Int)
    /// Write messages to a file in the state directory.
    case save([TailEntry])
    /// Edit a text in the operator's editor.
    case edit([UInt8])
    /// Ask the servers of a cluster what they say about themselves.
    case askServers(Int, ClusterMonitor.Question)
    /// Request the subscriptions of a cluster, if possible from the same server as before.
    case askSubscriptions(Int, of: String?)
    /// Read the lists of connections of all servers.
    case readFleet
    /// Find the order of the clusters that explains misrouted topics.
    case explainMisrouting(MisroutingReport.Evidence)
    /// Replace connections by new ones, or close them first.
    case reconnect(ReconnectTarget, closesFirst: Bool)
    /// Move connections from servers that have more than their even share.
    case rebalance(cluster: Int?)
    /// Forget the servers that are gone.
    case dismissGone
    /// Save an entry of the history for later runs.
    case remember(ConsoleHistory.Entry)
    /// Check whether a profile can be used.
    case checkProfile(String)
    case loadTheme(String)
    /// Load a theme for the preview of a prompt.
    case previewTheme(String)
    /// Load the next theme in the list of all themes.
    case loadNextTheme(after: String)
    /// Request the state of the demo.
    case lookAtDemo
    /// Cause or undo a fault of the demo.
    case demo(DemoAction)
}
