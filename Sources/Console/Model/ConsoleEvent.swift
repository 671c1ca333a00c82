import Settings
import TerminalUI

/// Everything that can change what the console shows.
enum ConsoleEvent: Sendable {
    /// A key, the mouse, or a new size of the terminal.
    case input(InputEvent)
    /// Time has passed.
    case tick(Moment)
    /// The clusters as they are now.
    case snapshot([ClusterRow])
    /// What the ring's fingerprint is by now.
    case fingerprint(RingFingerprint)
    /// The client reports something.
    case happened(EventRow)
    /// Counts, and messages for the tail.
    case traffic(TrafficSnapshot, TailDelivery)
    case subscription(id: Int, SubscriptionProgress)
    case measured(MeasuredRate, for: SubscriptionRequest)
    case publish(id: Int, PublishProgress)
    /// The operator's editor is done, and the terminal is ours again.
    case edited(EditorResult)
    /// What was typed and sent in earlier runs.
    case historyLoaded(ConsoleHistory)
    case themeLoaded(Theme)
    /// An effect was carried out.
    case done(Notice)
    /// A profile can be switched to.
    case profileLoaded(String)
    /// A theme to look at, while a prompt points at it.
    case themePreviewed(Theme)
    /// The file of the theme in use was edited.
    case themeReloaded(Theme)
    /// The file of the theme in use was edited and cannot be loaded.
    case themeBroken(SafeText)
    /// A server answered to what was asked at its monitoring URL.
    case server(ServerAnswer)
    /// A server said what is subscribed to.
    case listed(SubscriptionListing)
    /// The servers of the demo as they are now.
    case demoNodes(DemoNodeList)
    /// Something was done to one of them.
    case demoDone(DemoAction, node: String, DemoNodeList)
    /// An effect could not be carried out.
    case failed(Notice)
}

/// The result of editing.
enum EditorResult: Sendable, Hashable {
    /// What the file held when the editor exited.
    case saved([UInt8])
    /// Why nothing is changed.
    case failed(String)
}
