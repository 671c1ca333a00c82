import NATSMonitoring
import NATSWire
import Settings
import TerminalUI

/// What ``update(_:_:)`` asks to be done outside. What comes of it returns as a ``ConsoleEvent``.
enum Effect: Sendable, Hashable {
    case quit
    /// See whether a profile can be switched to.
    case checkProfile(String)
    /// Show another profile in place of this one.
    case switchProfile(String)
    /// Lend the terminal to the shell.
    case suspend
    /// Paint everything anew, whatever the terminal is believed to show.
    case redraw
    case setMouse(Bool)
    /// Ask how the servers of the demo are.
    case lookAtDemo
    /// Stop or start a server of the demo.
    case demo(DemoAction, node: String)
    case subscribe(id: Int, SubscriptionRequest)
    case unsubscribe(id: Int)
    /// Find out how much a subscription would bring.
    case measureRate(for: SubscriptionRequest)
    case publish(id: Int, PublishRequest)
    /// Send no more of a publish, or wait no longer for a reply. What was accepted is still confirmed.
    case stopPublish(id: Int)
    /// Show the text of the screen without frames and colors, to be selected.
    case copyScreen
    /// Put text into the terminal's clipboard.
    case copy([SafeText])
    /// Write messages to a file of the state directory.
    case save([TailEntry])
    /// Open the operator's editor on a text.
    case edit([UInt8])
    /// Ask a server how it is, and perhaps for its connections.
    case askServer(Int, connections: ConnectionQuery?)
    /// Ask a server what is subscribed to.
    case askSubscriptions(Int)
    /// Make connections anew.
    case reconnect(ReconnectTarget)
    /// Keep it for the next runs too.
    case remember(ConsoleHistory.Entry)
    case loadTheme(String)
    /// Load a theme to look at, while a prompt points at it.
    case previewTheme(String)
    /// The theme that follows in the list of all.
    case loadNextTheme(after: String)
}

/// A message to publish.
struct PublishRequest: Sendable, Hashable {
    /// How it is sent.
    enum Mode: Sendable, Hashable {
        /// So many times, with a time between two of them.
        case publish(count: Int, interval: Duration)
        /// Once, waiting for a reply.
        case request(timeout: Duration)
    }

    let topic: String
    var headers: Headers?
    let body: [UInt8]
    var mode = Mode.publish(count: 1, interval: .zero)

    /// Bytes that count against the server's `max_payload`.
    var size: Int { (headers?.encodedSize ?? 0) + body.count }

    /// How many messages it is.
    var count: Int {
        switch mode {
        case .publish(let count, _): count
        case .request: 1
        }
    }

    var isRequest: Bool {
        if case .request = mode { true } else { false }
    }
}

/// How far a message has come.
enum PublishProgress: Sendable, Hashable {
    /// The connection took so many of the messages so far.
    case accepted(Int)
    /// The server answered to a PING sent after the last of so many messages.
    case confirmed(Int, after: Duration)
    /// A reply came to the request.
    case replied(Reply)
    /// It was stopped: no message was sent, or nobody waits for the reply any more.
    case canceled
    /// It failed, before or after it was accepted. The reason may hold text of a peer.
    case failed(String)
}

/// The reply to a request.
struct Reply: Sendable, Hashable {
    let entry: TailEntry
    /// The time from the request to the reply.
    let after: Duration
}

/// What came of an editor.
enum EditorResult: Sendable, Hashable {
    /// What its file held at the end.
    case saved([UInt8])
    /// Why nothing is changed.
    case failed(String)
}

/// What became of a subscription.
enum SubscriptionProgress: Sendable, Hashable {
    /// It is made, but not on these clusters, by position on the ring: they are not up.
    case waiting([Int])
    /// The servers of all its clusters have it.
    case active
    /// It ended by itself; the reason may hold text of a peer. Nil for a subscription that had its fill.
    case ended(String?)
    /// It has dropped this many messages so far.
    case dropped(UInt64)
}
