/// The connections of a server to the other servers of its cluster (`/routez`).
public struct RouteList: Sendable, Hashable {
    /// The id of the server that answered.
    public var serverID = ""
    /// Its name, or an empty text from servers before 2.9.
    public var serverName = ""
    /// The server's clock at the time of the answer, if the answer has it.
    public var time: ServerTimestamp?
    /// The routes. Servers since 2.10 have several to each other server.
    public var routes: [ServerRoute] = []
    /// The parts of the answer that are missing from ``routes``.
    public var gaps = ListGaps()

    /// The maximum number of routes that are read. Clusters have tens of servers, and four routes for each.
    public static let limit = 4096

    /// Creates an empty list.
    public init() {}

    /// The ids of the servers that it has at least one route to.
    public var peers: Set<String> { Set(routes.map(\.remoteID)) }
}

/// A connection to another server of the cluster. All texts come from the peer and are untrusted.
public struct ServerRoute: Sendable, Hashable, Identifiable {
    /// The number that the server gave the route.
    public var id: UInt64 = 0
    /// The id of the other server.
    public var remoteID = ""
    /// The name of the other server.
    public var remoteName = ""
    /// The address of the other end.
    public var address = ""
    /// The round-trip time as the server writes it, if it measured one.
    public var roundTrip: String?
    /// Bytes waiting to be sent to the other server.
    public var pendingBytes: UInt64 = 0
    /// The number of subscriptions of the other server.
    public var subscriptions = 0
    /// Messages and bytes since the route was established. "In" is what this server received.
    public var traffic = ServerTraffic()
}

extension RouteList {
    /// Parses the answer of `/routez`.
    ///
    /// - Parameters:
    ///   - json: The answer, from an untrusted peer. Time and memory are proportional to its size and to ``limit``.
    ///   - isCutOff: Whether the bytes may end before the answer does.
    /// - Throws: ``MonitorError/Code/answer`` if the bytes are not such an answer.
    public init(json: [UInt8], isCutOff: Bool = false) throws(MonitorError) {
        do throws(JSONReader.ParseError) {
            var list = try AnswerList<ServerRoute>(json, list: "routes", limit: Self.limit, isCutOff: isCutOff)
            guard let id = list.fields.text("server_id"), !id.isEmpty else { throw JSONReader.ParseError.malformed }
            serverID = id
            serverName = list.fields.text("server_name") ?? ""
            time = list.fields.text("now").flatMap(ServerTimestamp.init)
            (routes, gaps) = (list.rows, list.gaps)
        } catch {
            throw MonitorError(error, "/routez")
        }
    }
}

extension ServerRoute: AnswerRow {
    static let textLimit = 256

    init?(_ fields: inout AnswerFields) {
        // A route without the id of the other server is still being established.
        guard let remote = fields.text("remote_id"), !remote.isEmpty else { return nil }
        id = fields.number("rid")
        remoteID = remote
        remoteName = fields.text("remote_name") ?? ""
        let (ip, port) = (fields.text("ip") ?? "", fields.count("port"))
        address = ip.contains(":") ? "[\(ip)]:\(port)" : "\(ip):\(port)"
        roundTrip = fields.text("rtt")
        pendingBytes = fields.number("pending_size")
        subscriptions = fields.count("subscriptions")
        traffic = ServerTraffic(&fields)
    }
}
