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
    /// The most connections to list, at least 1. More than ``pageSize`` are asked for page by page.
    public var limit = 1024
    /// How many connections one answer lists at most.
    public static let pageSize = 1024

    /// Open connections by id.
    public init() {}

    /// - Parameters:
    ///   - offset: How many to leave out at the beginning.
    ///   - count: How many to list.
    func text(offset: Int, count: Int) -> String {
        "state=\(state.rawValue)&sort=\(sort.rawValue)&offset=\(offset)&limit=\(count)&auth=1"
    }
}

/// The connections of a server (`/connz`).
public struct ConnectionList: Sendable, Hashable {
    /// The id of the server that answered; empty if it did not say.
    public var serverID = ""
    /// The time on its clock when it answered, if it says.
    public var time: ServerTimestamp?
    /// How many there are, also beyond those listed.
    public var total = 0
    /// Those listed.
    public var connections: [ServerConnection] = []
    /// What of the answer is not among ``connections``.
    public var gaps = ListGaps()

    /// No connection.
    public init() {}
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

extension ConnectionList {
    /// Reads the answer of `/connz`.
    ///
    /// - Parameters:
    ///   - json: The answer, of any peer: it costs time and memory in proportion to its bytes and to `limit`.
    ///   - limit: How many connections were asked for; of more the rest is counted in ``ListGaps/surplus``.
    ///   - isCutOff: Whether the bytes may end before the answer does.
    /// - Throws: ``MonitorError/Code/answer`` when it is no such answer.
    public init(json: [UInt8], limit: Int, isCutOff: Bool = false) throws(MonitorError) {
        do throws(JSONReader.Failure) {
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
        // Every connection has a number, from 1 on.
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
