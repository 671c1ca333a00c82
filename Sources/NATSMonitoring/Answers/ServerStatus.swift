/// The general state of a server (`/varz`). All texts come from the peer and are untrusted.
public struct ServerStatus: Sendable, Hashable {
    /// The id of the server process, new on each start.
    public var id = ""
    /// The configured name of the server, or its id if it has none.
    public var name = ""
    /// The version of nats-server.
    public var version = ""
    /// The name of the server's cluster, if it belongs to one.
    public var cluster: String?
    /// The address that clients connect to.
    public var host = ""
    /// The port that clients connect to.
    public var port = 0
    /// How long the server has been running, as it writes it: `3d4h5m6s`.
    public var uptime = ""
    /// Processor time in percent of one core.
    public var cpu = 0.0
    /// Resident memory in bytes.
    public var memory: UInt64 = 0
    /// The number of processors of the machine.
    public var cores = 0
    /// Clients connected now.
    public var connections = 0
    /// Clients connected since the start.
    public var totalConnections: UInt64 = 0
    /// Connections to other servers of the cluster.
    public var routes = 0
    /// Subscriptions, including those of the server itself.
    public var subscriptions: UInt64 = 0
    /// Clients disconnected because they were too slow, since the start.
    public var slowConsumers: UInt64 = 0
    /// Messages and bytes since the start.
    public var traffic = ServerTraffic()
    /// The largest payload that the server accepts, headers included, in bytes.
    public var maxPayload: UInt64 = 0
    /// The server's clock at the time of the answer, if the answer has it.
    public var time: ServerTimestamp?
    /// The names of fields with invalid values. These fields read as 0 or as nil.
    public var unreadable: [String] = []
}

/// Messages and bytes that a server or a connection has handled since its start.
public struct ServerTraffic: Sendable, Hashable {
    /// Messages received by the server.
    public var messagesIn: UInt64 = 0
    /// Messages sent by the server.
    public var messagesOut: UInt64 = 0
    /// Bytes received by the server.
    public var bytesIn: UInt64 = 0
    /// Bytes sent by the server.
    public var bytesOut: UInt64 = 0

    /// Creates counters of zero.
    public init() {}
}

extension ServerTraffic {
    init(_ fields: inout AnswerFields) {
        messagesIn = fields.number("in_msgs")
        messagesOut = fields.number("out_msgs")
        bytesIn = fields.number("in_bytes")
        bytesOut = fields.number("out_bytes")
    }

    /// The names of the fields with the counters.
    fileprivate static let fields: Set = ["in_msgs", "out_msgs", "in_bytes", "out_bytes"]
}

extension ServerStatus {
    /// Parses the answer of `/varz`.
    ///
    /// - Parameter json: The answer, from an untrusted peer. Time is proportional to its size.
    /// - Throws: ``MonitorError/Code/answer`` if the bytes are not such an answer.
    public init(json: [UInt8]) throws(MonitorError) {
        var reader = JSONReader(json)
        do throws(JSONReader.ParseError) {
            guard try reader.peek() == UInt8(ascii: "{") else { throw JSONReader.ParseError.malformed }
            var fields = try AnswerFields(&reader, nested: "cluster")
            try reader.finish()
            // Every server has an id. An answer without one comes from another program that answers in JSON.
            guard let id = fields.text("server_id"), !id.isEmpty else { throw JSONReader.ParseError.malformed }
            self.init(id: id, &fields)
        } catch {
            throw MonitorError(error, "/varz")
        }
    }

    private init(id: String, _ fields: inout AnswerFields) {
        self.id = id
        name = fields.text("server_name") ?? id
        version = fields.text("version") ?? ""
        cluster = fields.text("cluster.name")
        time = fields.text("now").flatMap(ServerTimestamp.init)
        host = fields.text("host") ?? ""
        port = fields.count("port")
        uptime = fields.text("uptime") ?? ""
        cpu = fields.fraction("cpu")
        memory = fields.number("mem")
        cores = fields.count("cores")
        connections = fields.count("connections")
        totalConnections = fields.number("total_connections")
        routes = fields.count("routes")
        subscriptions = fields.number("subscriptions")
        slowConsumers = fields.number("slow_consumers")
        traffic = ServerTraffic(&fields)
        maxPayload = fields.number("max_payload")
        unreadable = fields.odd
    }

    /// Whether the counters of messages and bytes were valid.
    public var hasTraffic: Bool { ServerTraffic.fields.isDisjoint(with: unreadable) }
}
