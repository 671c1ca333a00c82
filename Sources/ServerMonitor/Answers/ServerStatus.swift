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
    init(_ fields: AnswerContainer) throws {
        messagesIn = try fields.number("in_msgs")
        messagesOut = try fields.number("out_msgs")
        bytesIn = try fields.number("in_bytes")
        bytesOut = try fields.number("out_bytes")
    }
}

extension ServerStatus: Decodable {
    /// Reads the answer of `/varz`.
    public init(from decoder: any Decoder) throws {
        let fields = try AnswerContainer(decoder)
        // Every server has an id; what has none is something else that answers in JSON.
        guard let id = try fields.text("server_id") else {
            throw DecodingError.dataCorrupted(.init(codingPath: [], debugDescription: "there is no server_id"))
        }
        self.id = id
        name = try fields.text("server_name") ?? id
        version = try fields.text("version") ?? ""
        cluster = try fields.nested("cluster")?.text("name")
        host = try fields.text("host") ?? ""
        port = try fields.count("port")
        uptime = try fields.text("uptime") ?? ""
        cpu = try fields.fraction("cpu")
        memory = try fields.number("mem")
        cores = try fields.count("cores")
        connections = try fields.count("connections")
        totalConnections = try fields.number("total_connections")
        routes = try fields.count("routes")
        subscriptions = try fields.number("subscriptions")
        slowConsumers = try fields.number("slow_consumers")
        traffic = try ServerTraffic(fields)
        maxPayload = try fields.number("max_payload")
    }
}
