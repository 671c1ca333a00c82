/// How far an attempt to connect has come.
enum HandshakeProgress: Sendable, Hashable {
    /// TCP is being set up.
    case connecting
    /// TCP is connected, and the server has to speak first.
    case awaitingInfo
    /// The TLS handshake is under way.
    case securing
    /// The credentials are being asked for.
    case awaitingCredentials
    /// CONNECT and PING are sent.
    case awaitingPong

    /// What was reached, and what is missing.
    ///
    /// - Parameter speaksTLSFirst: Whether TLS begins with the first byte.
    func reached(speaksTLSFirst: Bool) -> String {
        switch self {
        case .connecting: "no answer to the TCP connect; is the address right, and is there a firewall in between?"
        case .awaitingInfo:
            speaksTLSFirst
                ? "it accepted the connection and TLS, but sent no INFO; is it a NATS server, with a healthy node behind it?"
                : "it accepted the connection but sent no INFO; is it a NATS server, with a healthy node behind it? \(Self.tlsFirst)"
        case .securing: "the TLS handshake was not completed; the server is overloaded or frozen, or speaks no TLS on this port"
        case .awaitingCredentials: "the provider of the credentials has not answered"
        case .awaitingPong: "it sent INFO but no PONG to our CONNECT; the server is overloaded or frozen, or is no NATS server"
        }
    }

    /// What to do about a server that is silent because it waits for the first byte of TLS.
    static let tlsFirst = "Or does it expect TLS from the first byte (handshake_first)? Then use tls = \"first\" (--tls-first)"
}
