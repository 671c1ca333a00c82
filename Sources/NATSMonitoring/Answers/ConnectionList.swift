/// The connections to list, and their order.
public struct ConnectionQuery: Sendable, Hashable {
    /// Open ones, closed ones, or both.
    public enum State: String, Sendable, Hashable, CaseIterable {
        /// Connections that are open now.
        case open
        /// Closed connections; a server remembers the last 10,000.
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
        /// Most messages sent to the client first.
        case messagesTo = "msgs_to"
        /// Most messages received from the client first.
        case messagesFrom = "msgs_from"
        /// Most bytes sent to the client first.
        case bytesTo = "bytes_to"
        /// Most bytes received from the client first.
        case bytesFrom = "bytes_from"
        /// Most recently active first.
        case lastActivity = "last"
        /// Longest idle first.
        case idle
        /// Longest connected first.
        case uptime
        /// Largest round-trip time first.
        case roundTrip = "rtt"
        /// Most recently closed last. For closed connections only.
        case stop
        /// By the reason for closing. For closed connections only.
        case reason
    }

    /// Open, closed or both.
    public var state = State.open
    /// The order. The server rejects a sort key that does not apply to the state.
    public var sort = Sort.id
    /// The maximum number of connections to list, at least 1. More than ``pageSize`` are requested page by page.
    public var limit = 1024
    /// The maximum number of connections in one answer.
    public static let pageSize = 1024

    /// Creates a query for open connections, ordered by id.
    public init() {}

    /// - Parameters:
    ///   - offset: The number of connections to skip at the beginning.
    ///   - count: The number of connections to list.
    func text(offset: Int, count: Int) -> String {
        "state=\(state.rawValue)&sort=\(sort.rawValue)&offset=\(offset)&limit=\(count)&auth=1"
    }
}

/// The connections of a server (`/connz`).
public struct ConnectionList: Sendable, Hashable {
    /// The id of the server that answered; empty if the answer has none.
    public var serverID = ""
    /// The server's clock at the time of the answer, if the answer has it.
    public var time: ServerTimestamp?
    /// The total number of connections, including those not listed.
    public var total = 0
    /// The listed connections.
    public var connections: [ServerConnection] = []
    /// The parts of the answer that are missing from ``connections``.
    public var gaps = ListGaps()

    /// Creates an empty list.
    public init() {}
}

/// A client as its server reports it. All texts come from the peer and are untrusted.
public struct ServerConnection: Sendable, Hashable, Identifiable {
    /// The number that the server gave the connection.
    public var id: UInt64 = 0
    /// The address that the client connected from.
    public var address = ""
    /// The name that the client gave itself.
    public var name = ""
    /// The language of the client library.
    public var language = ""
    /// The version of the client library.
    public var version = ""
    /// The user of the login, if any.
    public var user: String?
    /// How long the client has been connected, as the server writes it: `5m6s`.
    public var uptime = ""
    /// How long the connection has been idle, as the server writes it.
    public var idle = ""
    /// The round-trip time as the server writes it, if it measured one.
    public var roundTrip: String?
    /// Bytes waiting to be sent to the client.
    public var pendingBytes: UInt64 = 0
    /// The number of subscriptions.
    public var subscriptions = 0
    /// Messages and bytes since the client connected. "In" is what the server received from it.
    public var traffic = ServerTraffic()
    /// The version of TLS, if the connection uses TLS.
    public var tls: String?
    /// The reason for closing, if the connection is closed.
    public var closeReason: String?
}

extension ConnectionList {
    /// Parses the answer of `/connz`.
    ///
    /// - Parameters:
    ///   - json: The answer, from an untrusted peer. Time and memory are proportional to its size and to `limit`.
    ///   - limit: The number of connections requested. Further rows are counted in ``ListGaps/surplus``.
    ///   - isCutOff: Whether the bytes may end before the answer does.
    /// - Throws: ``MonitorError/Code/answer`` if the bytes are not such an answer.
    public init(json: [UInt8], limit: Int, isCutOff: Bool = false) throws(MonitorError) {
        do throws(JSONReader.ParseError) {
            var list = try AnswerList<ServerConnection>(json, list: "connections", limit: limit, isCutOff: isCutOff)
            serverID = list.fields.text("server_id") ?? ""
            time = list.fields.text("now").flatMap(ServerTimestamp.init)
            (connections, gaps) = (list.rows, list.gaps)
            total = max(list.fields.count("total"), connections.count + gaps.unreadable + gaps.surplus)
        } catch {
            throw MonitorError(error, "/connz")
        }
    }
}

extension ServerConnection: AnswerRow {
    static let textLimit = 1024

    init?(_ fields: inout AnswerFields) {
        id = fields.number("cid")
        // Every connection has a number, starting at 1.
        guard id > 0 else { return nil }
        let (ip, port) = (fields.text("ip") ?? "", fields.count("port"))
        address = ip.contains(":") ? "[\(ip)]:\(port)" : "\(ip):\(port)"
        name = fields.text("name") ?? ""
        language = fields.text("lang") ?? ""
        version = fields.text("version") ?? ""
        user = fields.text("authorized_user")
        uptime = fields.text("uptime") ?? ""
        idle = fields.text("idle") ?? ""
        roundTrip = fields.text("rtt")
        pendingBytes = fields.number("pending_bytes")
        subscriptions = fields.count("subscriptions")
        traffic = ServerTraffic(&fields)
        tls = fields.text("tls_version")
        closeReason = fields.text("reason")
    }
}
