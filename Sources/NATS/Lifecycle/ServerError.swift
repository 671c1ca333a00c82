/// An `-ERR` of the server, told apart by its text as nats-server writes it.
struct ServerError: Equatable {
    enum Kind: Equatable {
        /// The credentials were not accepted, expired or were revoked.
        case authorization
        /// The server denied one publish or one subscription; the connection stays.
        case permission
        /// The server is full, throttles or thinks us stale; trying again later can help.
        case unavailable
        /// Only a change of configuration helps.
        case configuration
        /// The server did not understand what we sent.
        case protocolViolation
        /// The server refused one publish; the connection stays.
        case refused
        /// The server refused one subscription without saying which; the connection stays.
        case subscribeRefused
        case unknown
    }

    let kind: Kind
    /// The text without its quotes, escaped and cut.
    let text: String

    /// Whether the server goes on serving this connection.
    var keepsConnection: Bool {
        switch kind {
        case .permission, .refused, .subscribeRefused: true
        case .authorization, .unavailable, .configuration, .protocolViolation, .unknown: false
        }
    }

    init(text: String) {
        self.text = text
        let lowered = text.lowercased()
        let known = Self.prefixes.first { lowered.hasPrefix($0.0) }
        self.kind = known?.1 ?? .unknown
    }

    /// Lower-case beginnings of the texts in nats-server's sources (server/errors.go and client.go).
    private static let prefixes: [(String, Kind)] = [
        ("authorization violation", .authorization),
        ("authentication timeout", .authorization),
        ("user authentication expired", .authorization),
        ("user authentication revoked", .authorization),
        ("account authentication expired", .authorization),
        ("permissions violation", .permission),
        ("stale connection", .unavailable),
        ("maximum connections exceeded", .unavailable),
        ("maximum account active connections exceeded", .unavailable),
        ("connection throttling", .unavailable),
        ("server shutdown", .unavailable),
        ("secure connection - tls required", .configuration),
        ("invalid client protocol", .configuration),
        ("no responders requires headers", .configuration),
        ("attempted to connect to", .configuration),
        ("unknown protocol operation", .protocolViolation),
        ("parser error", .protocolViolation),
        ("maximum payload violation", .protocolViolation),
        ("maximum control line exceeded", .protocolViolation),
        ("message headers not supported", .protocolViolation),
        ("maximum subscriptions exceeded", .subscribeRefused),
        ("invalid subject", .subscribeRefused),
        ("invalid publish subject", .refused),
    ]

    /// The error that callers and events see.
    var error: NATSError {
        switch kind {
        case .authorization:
            NATSError(.authorization, "the server refused the credentials: \(text). Check user, password or token")
        case .permission:
            NATSError(.permission, "the server denied it: \(text)")
        case .configuration:
            NATSError(.configuration, "the server cannot be used with this configuration: \(text)")
        case .protocolViolation:
            NATSError(.protocolViolation, "the server did not understand the client: \(text)")
        case .unavailable, .refused, .subscribeRefused, .unknown:
            NATSError(.serverError, "the server reported: \(text)")
        }
    }
}
