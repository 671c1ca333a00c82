/// An `-ERR` of the server, told apart by its text as nats-server writes it.
struct ServerError: Equatable {
    enum Kind: Equatable {
        /// The login was not accepted.
        case authorization
        /// The login was accepted and counts no more: it expired or was revoked.
        case loginEnded
        /// The server denied one publish or one subscription; the connection stays.
        case permission
        /// The server, or the account on it, takes no more connections.
        case connectionLimit
        /// The server throttles, stops or thinks us stale; trying again later can help.
        case unavailable
        /// The server demands TLS.
        case tlsRequired
        /// Only a change of configuration helps.
        case configuration
        /// The server did not understand what we sent.
        case protocolViolation
        /// Something we sent is larger than the server takes, and it ends the connection.
        case tooLarge
        /// The server refused one publish; the connection stays.
        case refused
        /// The server refused one subscription without saying which; the connection stays.
        case subscribeRefused
        case unknown
    }

    /// What is known of the connection, to say what to do.
    struct Circumstances: Equatable {
        /// What it logged in with, once it did.
        var login: SentLogin?
        /// The current time in seconds since 1970, which a JWT of that login is compared with.
        var now: Int64 = 0
        /// What to change where there are too many connections.
        var connectionAdvice = "Make fewer connections, or raise the limit"
    }

    let kind: Kind
    /// The text without its quotes, escaped and cut.
    let text: String
    /// What the text means to somebody who has to mend it; nil where it says that itself.
    private let meaning: String?
    private let circumstances: Circumstances

    /// Whether the server goes on serving this connection.
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

    /// A text of nats-server's sources (server/errors.go, client.go and auth.go).
    private struct Known {
        /// How it begins, in lower case.
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
        Known("authentication timeout", .loginEnded, "the login came too late for the server, or it has to ask others too long"),
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
        Known("maximum connections exceeded", .connectionLimit, "the server takes no more connections"),
        Known("maximum account active connections exceeded", .connectionLimit, "the account takes no more connections"),
        Known("stale connection", .unavailable, "the server got no answer to its PINGs and gave the connection up"),
        Known("connection throttling", .unavailable, "the server takes no new connections at this moment"),
        Known("server shutdown", .unavailable, "the server stops"),
        Known("secure connection - tls required", .tlsRequired),
        Known("attempted to connect to", .configuration, "this is not the server's port for clients, which is usually 4222"),
        Known("invalid client protocol", .configuration),
        Known("no responders requires headers", .configuration),
        Known("message headers not supported", .configuration, "the server takes no messages with headers"),
        Known("unknown protocol operation", .protocolViolation),
        Known("parser error", .protocolViolation),
        Known("bad message header", .protocolViolation),
        Known(
            "maximum payload",
            .tooLarge,
            "a message was larger than the server takes from this account, which ended the connection; send smaller ones"
        ),
        Known(
            "maximum control line exceeded",
            .tooLarge,
            "a subject was longer than the server takes (max_control_line), which ended the connection; use shorter ones"
        ),
        Known("maximum subscriptions exceeded", .subscribeRefused),
        Known("invalid subject", .subscribeRefused),
        Known("invalid publish subject", .refused),
    ]

    /// The error that callers and events see.
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
            return NATSError(.serverError, "\(said ?? text). \(circumstances.connectionAdvice)")
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
