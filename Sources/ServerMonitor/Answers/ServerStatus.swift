/// What a server says of itself (`/varz`). All of it is the peer's word: untrusted text.
public struct ServerStatus: Sendable, Hashable {
    /// The id of the server process, new with each start.
    public var id = ""
    /// Its configured name, else its id.
    public var name = ""
    /// The version of nats-server.
    public var version = ""
    /// The name of its cluster, if it belongs to one.
    public var cluster: String?
    /// The address its clients connect to.
    public var host = ""
    /// The port its clients connect to.
    public var port = 0
    /// How long it runs, as it says: `3d4h5m6s`.
    public var uptime = ""
    /// Processor time in percent of one core.
    public var cpu = 0.0
    /// Resident memory in bytes.
    public var memory: UInt64 = 0
    /// The processors of its machine.
    public var cores = 0
    /// Clients connected now.
    public var connections = 0
    /// Clients connected since the start.
    public var totalConnections: UInt64 = 0
    /// Connections to other servers of its cluster.
    public var routes = 0
    /// Subscriptions, those of the server itself included.
    public var subscriptions: UInt64 = 0
    /// Clients cut off because they were too slow, since the start.
    public var slowConsumers: UInt64 = 0
    /// Messages and bytes since the start.
    public var traffic = ServerTraffic()
    /// The largest payload it takes, headers included, in bytes.
    public var maxPayload: UInt64 = 0
    /// The time on its clock when it answered, if it says.
    public var time: ServerTimestamp?
    /// The fields of its answer that held what they should not. What they would have said reads as 0 or as nothing here.
    public var unreadable: [String] = []
}

/// Messages and bytes a server or a connection has handled since its start.
public struct ServerTraffic: Sendable, Hashable {
    /// Messages received by the server.
    public var messagesIn: UInt64 = 0
    /// Messages sent by the server.
    public var messagesOut: UInt64 = 0
    /// Bytes received by the server.
    public var bytesIn: UInt64 = 0
    /// Bytes sent by the server.
    public var bytesOut: UInt64 = 0

    /// Nothing yet.
    public init() {}
}

extension ServerTraffic {
    init(_ fields: inout AnswerFields) {
        messagesIn = fields.number("in_msgs")
        messagesOut = fields.number("out_msgs")
        bytesIn = fields.number("in_bytes")
        bytesOut = fields.number("out_bytes")
    }

    /// The fields that hold it.
    fileprivate static let fields: Set = ["in_msgs", "out_msgs", "in_bytes", "out_bytes"]
}

extension ServerStatus {
    /// Reads the answer of `/varz`.
    ///
    /// - Parameter json: The answer, of any peer: it costs time in proportion to its bytes.
    /// - Throws: ``MonitorError/Code/answer`` when it is no such answer.
    public init(json: [UInt8]) throws(MonitorError) {
        var reader = JSONReader(json)
        do throws(JSONReader.Failure) {
            guard try reader.peek() == UInt8(ascii: "{") else { throw JSONReader.Failure.malformed }
            var fields = try AnswerFields(&reader, nested: "cluster")
            try reader.finish()
            // Every server has an id; what has none is something else that answers in JSON.
            guard let id = fields.text("server_id"), !id.isEmpty else { throw JSONReader.Failure.malformed }
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

    /// Whether its counters of messages and bytes could be read.
    public var hasTraffic: Bool { ServerTraffic.fields.isDisjoint(with: unreadable) }
}
