public import NIOCore

/// The contents of a server's INFO (server.go `type Info`; client protocol documentation).
///
/// A server may leave out any field: texts are then nil and flags false. Unknown fields are ignored. All values come from
/// the peer, which is not authenticated before TLS: do not verify a certificate against them, and sanitize them for
/// display.
public struct ServerInfo: Sendable, Equatable {
    /// The id of the server process, new on each start.
    public var serverID: String?
    /// The configured name of the server, or its id if it has none.
    public var serverName: String?
    /// The version of the server, such as 2.10.4.
    public var version: String?
    /// The version of the protocol. Servers with 1 and above may send INFO at any time.
    public var protocolVersion = 0
    /// The address that the server is configured to listen on, often 0.0.0.0.
    public var host: String?
    /// The port the server listens on, 0 to 65,535.
    public var port: Int?
    /// Whether the server supports headers (HPUB, HMSG).
    public var supportsHeaders = false
    /// Whether CONNECT must carry credentials.
    public var authRequired = false
    /// Whether the connection must be upgraded to TLS before CONNECT.
    public var tlsRequired = false
    /// Whether the server asks for a client certificate.
    public var tlsVerify = false
    /// Whether the connection may be upgraded to TLS.
    public var tlsAvailable = false
    /// The largest message in bytes, headers included; 1 to ``maxPayloadBound``.
    public var maxPayload: Int?
    /// Whether JetStream is enabled.
    public var jetStream = false
    /// The address of the server as the client may see it.
    public var ip: String?
    /// The id that the server gave this connection, as shown by its monitoring.
    public var clientID: UInt64?
    /// The address of this client as the server sees it.
    public var clientIP: String?
    /// The text that an NKEY must sign.
    public var nonce: String?
    /// The name of the cluster the server belongs to.
    public var cluster: String?
    /// The JetStream domain.
    public var domain: String?
    /// Other servers of the cluster, as host:port.
    public var connectURLs: [String] = []
    /// Other servers of the cluster for WebSocket clients, as host:port.
    public var websocketConnectURLs: [String] = []
    /// Lame-duck mode: the server will shut down soon, and its clients should connect elsewhere.
    public var lameDuckMode = false
    /// True if this INFO follows CONNECT and describes this connection (2.12 and above).
    public var isConnectInfo = false
    /// The server's public curve key, for encrypted authentication callouts.
    public var xkey: String?

    /// The largest `max_payload` that is accepted. The server stores the setting as a 32-bit number.
    public static let maxPayloadBound = Int(Int32.max)

    /// Creates a value without any field.
    public init() {}

    /// Parses the JSON of an INFO line.
    ///
    /// - Throws: ``WireError`` if it is not one well-formed object, a known field has the wrong type, or `max_payload` or
    ///   `port` is out of bounds. `null` counts as absent.
    public static func parse(_ json: ByteBuffer) throws(WireError) -> ServerInfo {
        try json.withUnsafeReadableBytes { (bytes) throws(WireError) in
            var reader = JSONReader(bytes)
            var info = ServerInfo()
            try reader.readObject { (reader, key) throws(WireError) in
                guard !reader.readNull() else { return }
                try info.read(key, from: &reader)
            }
            try reader.expectEnd()
            return info
        }
    }

    private mutating func read(_ key: String, from reader: inout JSONReader) throws(WireError) {
        do {
            try readField(key, from: &reader)
        } catch {
            // Keys come from the peer; only known ones may appear in a message.
            guard Self.knownKeys.contains(key), error.code == .invalidJSON else { throw error }
            throw WireError(code: .invalidField, message: "INFO field \(key): \(error.message)")
        }
    }

    private mutating func readField(_ key: String, from reader: inout JSONReader) throws(WireError) {
        switch key {
        case "server_id": serverID = try reader.readString()
        case "server_name": serverName = try reader.readString()
        case "version": self.version = try reader.readString()
        case "proto": protocolVersion = try reader.readInteger()
        case "host": self.host = try reader.readString()
        case "port": self.port = try Self.bounded(reader.readInteger(), 0...65_535, "port")
        case "headers": supportsHeaders = try reader.readBool()
        case "auth_required": authRequired = try reader.readBool()
        case "tls_required": tlsRequired = try reader.readBool()
        case "tls_verify": tlsVerify = try reader.readBool()
        case "tls_available": tlsAvailable = try reader.readBool()
        case "max_payload": maxPayload = try Self.bounded(reader.readInteger(), 1...Self.maxPayloadBound, "max_payload")
        case "jetstream": jetStream = try reader.readBool()
        case "ip": self.ip = try reader.readString()
        case "client_id": clientID = try reader.readInteger()
        case "client_ip": clientIP = try reader.readString()
        case "nonce": self.nonce = try reader.readString()
        case "cluster": self.cluster = try reader.readString()
        case "domain": self.domain = try reader.readString()
        case "connect_urls": connectURLs = try Self.strings(&reader)
        case "ws_connect_urls": websocketConnectURLs = try Self.strings(&reader)
        case "ldm": lameDuckMode = try reader.readBool()
        case "connect_info": isConnectInfo = try reader.readBool()
        case "xkey": self.xkey = try reader.readString()
        default: try reader.skipValue()
        }
    }

    private static let knownKeys: Set<String> = [
        "server_id", "server_name", "version", "proto", "host", "port", "headers", "auth_required", "tls_required", "tls_verify",
        "tls_available", "max_payload", "jetstream", "ip", "client_id", "client_ip", "nonce", "cluster", "domain", "connect_urls",
        "ws_connect_urls", "ldm", "connect_info", "xkey",
    ]

    private static func strings(_ reader: inout JSONReader) throws(WireError) -> [String] {
        var strings: [String] = []
        try reader.readArray { (reader) throws(WireError) in strings.append(try reader.readString()) }
        return strings
    }

    private static func bounded(_ value: Int, _ bounds: ClosedRange<Int>, _ key: StaticString) throws(WireError) -> Int {
        guard bounds.contains(value) else {
            throw WireError(
                code: .invalidField,
                message: "INFO field \(key): must be \(bounds.lowerBound) to \(bounds.upperBound), not \(value)"
            )
        }
        return value
    }
}
