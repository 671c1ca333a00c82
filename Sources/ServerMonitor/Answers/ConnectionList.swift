/// Which connections to list.
public struct ConnectionQuery: Sendable, Hashable {
    /// Open ones, closed ones, or both.
    public enum State: String, Sendable, Hashable, CaseIterable {
        /// Those connected now.
        case open
        /// Those that ended; a server remembers the last 10,000.
        case closed
        /// Both.
        case any
    }

    /// The server's sort keys (`sort` of `/connz`). The server sorts before it cuts the list at ``limit``.
    public enum Sort: String, Sendable, Hashable, CaseIterable {
        /// By connection id.
        case id = "cid"
        /// Oldest first.
        case start
        /// Most subscriptions first.
        case subscriptions = "subs"
        /// Most bytes waiting first.
        case pending
        /// Most messages sent to it first.
        case messagesTo = "msgs_to"
        /// Most messages received from it first.
        case messagesFrom = "msgs_from"
        /// Most bytes sent to it first.
        case bytesTo = "bytes_to"
        /// Most bytes received from it first.
        case bytesFrom = "bytes_from"
        /// Most recently active first.
        case lastActivity = "last"
        /// Longest idle first.
        case idle
        /// Longest connected first.
        case uptime
        /// Largest round-trip time first.
        case roundTrip = "rtt"
        /// Most recently closed last; for closed ones only.
        case stop
        /// By the reason why they were closed; for closed ones only.
        case reason
    }

    /// Open, closed or both.
    public var state = State.open
    /// The order. Some orders exist only for some states: a server refuses the others.
    public var sort = Sort.id
    /// The most connections to list, at least 1.
    public var limit = 1024

    /// Open connections by id.
    public init() {}

    var text: String { "state=\(state.rawValue)&sort=\(sort.rawValue)&limit=\(max(limit, 1))&auth=1" }
}

/// The connections of a server (`/connz`).
public struct ConnectionList: Sendable, Hashable {
    /// How many there are, also beyond those listed.
    public var total = 0
    /// Those listed.
    public var connections: [ServerConnection] = []
}

/// A client as its server sees it. All of it is the peer's word: untrusted text.
public struct ServerConnection: Sendable, Hashable, Identifiable {
    /// The number the server gave it.
    public var id: UInt64 = 0
    /// Where it connected from.
    public var address = ""
    /// The name it gave itself.
    public var name = ""
    /// The language of its client library.
    public var language = ""
    /// The version of its client library.
    public var version = ""
    /// The user it logged in as, if any.
    public var user: String?
    /// How long it has been connected, as the server says: `5m6s`.
    public var uptime = ""
    /// How long it has been idle, as the server says.
    public var idle = ""
    /// The round-trip time as the server says, if it measured one.
    public var roundTrip: String?
    /// Bytes waiting to be sent to it.
    public var pendingBytes: UInt64 = 0
    /// Its subscriptions.
    public var subscriptions = 0
    /// Messages and bytes since it connected; "in" is what the server received from it.
    public var traffic = ServerTraffic()
    /// The version of TLS, if it uses TLS.
    public var tls: String?
    /// Why it was closed, if it was.
    public var closeReason: String?
}

extension ConnectionList: Decodable {
    /// Reads the answer of `/connz`.
    public init(from decoder: any Decoder) throws {
        let fields = try AnswerContainer(decoder)
        total = try fields.count("total")
        connections = try fields.list("connections")
    }
}

extension ServerConnection: Decodable {
    /// Reads one entry of the answer of `/connz`.
    public init(from decoder: any Decoder) throws {
        let fields = try AnswerContainer(decoder)
        id = try fields.number("cid")
        let (ip, port) = (try fields.text("ip") ?? "", try fields.count("port"))
        address = ip.contains(":") ? "[\(ip)]:\(port)" : "\(ip):\(port)"
        name = try fields.text("name") ?? ""
        language = try fields.text("lang") ?? ""
        version = try fields.text("version") ?? ""
        user = try fields.text("authorized_user")
        uptime = try fields.text("uptime") ?? ""
        idle = try fields.text("idle") ?? ""
        roundTrip = try fields.text("rtt")
        pendingBytes = try fields.number("pending_bytes")
        subscriptions = try fields.count("subscriptions")
        traffic = try ServerTraffic(fields)
        tls = try fields.text("tls_version")
        closeReason = try fields.text("reason")
    }
}
