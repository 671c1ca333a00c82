/// A load balancer closes the connections of a cluster when they are idle, sooner than PINGs keep them busy.
///
/// To end it, set ``RouletteConfiguration/pingInterval`` to less than the timeout, or make the timeout of the load balancer longer.
public struct IdleTimeout: Sendable, Hashable, CustomStringConvertible {
    /// The number of connections that were lost after this idle time, since the first of them.
    public let lost: Int
    /// The number of all connections that were lost since then.
    public let losses: Int
    /// The time without traffic after which the last of them was closed.
    public let idle: Duration
    /// The configured ping interval.
    public let pingInterval: Duration

    /// What is wrong, in one line.
    public var description: String {
        "\(lost) of \(losses) lost after \(Self.seconds(idle)) idle: the load balancer's time-out is shorter than ping_interval "
            + "(\(Self.seconds(pingInterval)))"
    }

    private static func seconds(_ time: Duration) -> String {
        let tenths = Int((time / .milliseconds(100)).rounded())
        return tenths >= 100 && tenths % 10 == 0 ? "\(tenths / 10) s" : "\(tenths / 10).\(tenths % 10) s"
    }
}
