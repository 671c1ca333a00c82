/// An `-ERR` of the server, classified by its text as written by nats-server.
struct ServerError: Equatable {
    enum Kind: Equatable {
        /// The login was rejected.
        case authorization
        /// The login was accepted and has expired or was revoked.
        case loginEnded
        /// The server denied one publish or one subscription; the connection stays.
        case permission
        /// The server, or the account on it, accepts no more connections.
        case connectionLimit
        /// The server throttles, is shutting down, or considers this client stale. Retrying later can help.
        case unavailable
        /// The server demands TLS.
        case tlsRequired
        /// Only a change of configuration helps.
        case configuration
        /// The server did not understand the client.
        case protocolViolation
        /// The client sent something that is larger than the server accepts. The server closes the connection.
        case tooLarge
        /// The server refused one publish; the connection stays.
        case refused
        /// The server refused one subscription without saying which; the connection stays.
        case subscribeRefused
        case unknown
    }

    /// The facts about the connection that are needed to give advice.
    struct Circumstances: Equatable {
        /// The login that was sent, if any.
        var login: SentLogin?
        /// The current time in seconds since 1970, to check the validity of a JWT.
        var now: Int64 = 0
        /// The advice if there are too many connections.
        var connectionAdvice = "Make fewer connections, or raise the limit"
    }

    let kind: Kind
    /// The text without its quotes, escaped and truncated.
    let text: String
    /// An explanation of the text; nil if the text is clear.
    private let meaning: String?
    private let circumstances: Circumstances

    /// Whether the server keeps the connection open.
    var keepsConnection: Bool {
        switch kind {
        case .permission, .refused, .subscribeRefused: true
        case .authorization, .loginEnded, .connectionLimit, .unavailable, .tlsRequired, .configuration, .protocolViolation,
            .tooLarge, .unknown:
            false
        }
    }

    init(text: String, circumstances: Circumstances = Circumstances()) {
        self.text = text
        self.circumstances = circumstances
        let lowered = text.lowercased()
        let known = Self.known.first { lowered.hasPrefix($0.beginning) }
        self.kind = known?.kind ?? .unknown
        self.meaning = known?.meaning
    }

    /// An error text in the sources of nats-server (server/errors.go, client.go and auth.go).
    private struct Known {
        /// The beginning of the text, in lower case.
        let beginning: String
        let kind: Kind
        let meaning: String?

        init(_ beginning: String, _ kind: Kind, _ meaning: String? = nil) {
            self.beginning = beginning
            self.kind = kind
            self.meaning = meaning
        }
    }

    private static let known: [Known] = [
        Known("authorization violation", .authorization),
        Known("authentication timeout", .loginEnded, "the login arrived too late, or the server's authentication took too long"),
        Known("user authentication expired", .loginEnded, "the credentials expired; get new ones"),
        Known(
            "account authentication expired",
            .loginEnded,
            "the account's own credentials expired; its operator has to renew them"
        ),
        Known("user authentication revoked", .loginEnded, "the credentials were revoked; get new ones"),
        Known("credentials have been revoked", .loginEnded, "the credentials were revoked; get new ones"),
        Known("failed account registration", .loginEnded, "the server cannot use the account of this login; ask its operator"),
        Known("permissions violation", .permission),
        Known("maximum connections exceeded", .connectionLimit, "the server accepts no more connections"),
        Known("maximum account active connections exceeded", .connectionLimit, "the account accepts no more connections"),
        Known("stale connection", .unavailable, "the server got no answer to its PINGs and closed the connection"),
        Known("connection throttling", .unavailable, "the server currently accepts no new connections"),
        Known("server shutdown", .unavailable, "the server is shutting down"),
        Known("secure connection - tls required", .tlsRequired),
        Known("attempted to connect to", .configuration, "this is not the server's port for clients, which is usually 4222"),
        Known("invalid client protocol", .configuration),
        Known("no responders requires headers", .configuration),
        Known("message headers not supported", .configuration, "the server does not accept messages with headers"),
        Known("unknown protocol operation", .protocolViolation),
        Known("parser error", .protocolViolation),
        Known("bad message header", .protocolViolation),
        Known(
            "maximum payload",
            .tooLarge,
            "a message was larger than the server accepts from this account, so it closed the connection; send smaller ones"
        ),
        Known(
            "maximum control line exceeded",
            .tooLarge,
            "a subject was longer than the server accepts (max_control_line), so it closed the connection; use shorter ones"
        ),
        Known("maximum subscriptions exceeded", .subscribeRefused),
        Known("invalid subject", .subscribeRefused),
        Known("invalid publish subject", .refused),
    ]

    /// The error for callers and events.
    var error: NATSError {
        let said = meaning.map { "\($0) (\(text))" }
        switch kind {
        case .authorization:
            let refusal = circumstances.login?.refusal(text, now: circumstances.now)
            return NATSError(.authorization, refusal ?? "the server refused the connection: \(text)")
        case .loginEnded:
            return NATSError(.authorization, said ?? text)
        case .permission:
            return NATSError(.permission, "the server denied it: \(text)")
        case .connectionLimit:
            var error = NATSError(.serverError, "\(said ?? text). \(circumstances.connectionAdvice)")
            error.connectionLimit = text.lowercased().hasPrefix("maximum account") ? .account : .server
            return error
        case .tlsRequired:
            return NATSError(.configuration, "the server demands TLS (\(text)); use tls = \"required\"")
        case .configuration:
            return NATSError(.configuration, said ?? "the server cannot be used with this configuration: \(text)")
        case .protocolViolation:
            return NATSError(.protocolViolation, "the server did not understand the client: \(text)")
        case .tooLarge:
            return NATSError(.protocolViolation, said ?? text)
        case .unavailable:
            return NATSError(.serverError, said ?? text)
        case .refused, .subscribeRefused, .unknown:
            return NATSError(.serverError, "the server reported: \(text)")
        }
    }
}
