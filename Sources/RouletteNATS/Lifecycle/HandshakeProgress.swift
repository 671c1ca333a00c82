/// The progress of an attempt to connect.
enum HandshakeProgress: Sendable, Hashable {
    /// TCP is being set up.
    case connecting
    /// TCP is connected. The server has to send first.
    case awaitingInfo
    /// The TLS handshake is in progress.
    case securing
    /// The provider of the credentials has been called.
    case awaitingCredentials
    /// CONNECT and PING are sent.
    case awaitingPong

    /// Returns what was reached and what is missing.
    ///
    /// - Parameter speaksTLSFirst: Whether TLS starts with the first byte.
    func reached(speaksTLSFirst: Bool) -> String {
        switch self {
        case .connecting: "no answer to the TCP connect; is the address right, and is there a firewall in between?"
        case .awaitingInfo:
            speaksTLSFirst
                ? "it accepted the connection and TLS, but sent no INFO; is it a NATS server, with a healthy node behind it?"
                : "it accepted the connection but sent no INFO; is it a NATS server, with a healthy node behind it? \(Self.tlsFirst)"
        case .securing: "the TLS handshake was not completed; the server is overloaded or frozen, or uses no TLS on this port"
        case .awaitingCredentials: "the provider of the credentials has not answered"
        case .awaitingPong: "it sent INFO but no PONG after CONNECT; the server is overloaded or frozen, or is not a NATS server"
        }
    }

    /// The advice for a server that is silent because it may wait for the first byte of TLS.
    static let tlsFirst = "Or does it expect TLS from the first byte (handshake_first)? Then use tls = \"first\" (--tls-first)"
}
