import Settings
import TerminalUI

/// An input of ``update(_:_:)``. Only events change the model.
enum ConsoleEvent: Sendable {
    /// A key, a mouse event, or a new size of the terminal.
    case input(InputEvent)
    /// Time has passed.
    case tick(Moment)
    /// The current state of the clusters.
    case snapshot([ClusterRow])
    /// The current fingerprint of the ring.
    case fingerprint(RingFingerprint)
    /// An event of the client.
    case happened(EventRow)
    /// Counts, and messages for the tail.
    case traffic(TrafficSnapshot, TailDelivery)
    case subscription(id: Int, SubscriptionProgress)
    case measured(MeasuredRate, for: SubscriptionRequest)
    case publish(id: Int, PublishProgress)
    /// The operator's editor exited, and the console has the terminal again.
    case edited(EditorResult)
    /// The history of earlier runs.
    case historyLoaded(ConsoleHistory)
    case themeLoaded(Theme)
    /// An effect was carried out.
    case done(Notice)
    /// A profile can be used.
    case profileLoaded(String)
    /// A theme was loaded for the preview of a prompt.
    case themePreviewed(Theme)
    /// The file of the theme in use was edited.
    case themeReloaded(Theme)
    /// The file of the theme in use was edited and cannot be loaded.
    case themeBroken(SafeText)
    /// The answers of the servers of a cluster.
    case servers(ServerAnswers)
    /// The programs of the deployment.
    case fleet(FleetMonitoring.Reading)
    /// Why topics are misrouted.
    case explained(MisroutingReport)
    /// The list of a server's subscriptions.
    case listed(SubscriptionListing)
    /// The current state of the demo.
    case demo(DemoState)
    /// A fault of the demo was caused or undone.
    case demoDone(DemoAction, DemoState)
    /// An effect could not be carried out.
    case failed(Notice)
}

/// The result of the operator's editor.
enum EditorResult: Sendable, Hashable {
    /// The contents of the file when the editor exited.
    case saved([UInt8])
    /// The reason why the text did not change.
    case failed(String)
}
