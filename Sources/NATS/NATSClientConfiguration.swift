package import NIOCore

/// How a ``NATSClient`` connects and what it allows itself to hold.
public struct NATSClientConfiguration: Sendable {
    /// Where the server, or the load balancer in front of a cluster, listens.
    public struct Address: Sendable, Hashable, CustomStringConvertible {
        /// A host name or an IP address, resolved anew on every attempt.
        public var host: String
        /// The TCP port, 1 to 65535.
        public var port: Int

        /// Names an address; 4222 is the port NATS servers listen on by default.
        public init(host: String, port: Int = 4222) {
            self.host = host
            self.port = port
        }

        /// `host:port`, with IPv6 addresses in brackets.
        public var description: String {
            host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]:\(port)" : "\(host):\(port)"
        }
    }

    /// Where to connect.
    public var address: Address
    /// Other servers of the same cluster, tried in turn when ``address`` does not answer. Every round of attempts begins with
    /// ``address``.
    public var alternatives: [Address] = []
    /// The name shown for this connection in the server's monitoring.
    public var name = ""
    /// Asked again for every attempt, so that rotated credentials are used.
    ///
    /// It is called on a thread of its own kind, so that it may read files and ask other services. What it takes counts
    /// against ``connectTimeout``.
    public var credentials: @Sendable () throws -> Credentials = { .none } {
        didSet { hasCredentials = true }
    }
    /// Whether anybody set ``credentials``.
    private(set) var hasCredentials = false
    /// Whether and how the connection is encrypted.
    public var tls = TLS()
    /// Whether credentials are meant to be sent without encryption, so that nothing warns of it: on a network of your own, or
    /// through a tunnel. Otherwise it is logged and reported (``NATSEvent/credentialsInPlaintext(address:)``) when the server
    /// is not on this machine.
    ///
    /// With ``TLS/Mode-swift.enum/automatic`` and an address that offered TLS before in this process they are never sent
    /// without it.
    public var allowsPlaintextCredentials = false
    /// One deadline over everything from the first TCP packet to the first PONG, TLS included.
    public var connectTimeout: Duration = .seconds(5)
    /// The time between two PINGs. The first one of a connection comes up to one second later,
    /// so that many connections made at once do not ping at once.
    public var pingInterval: Duration = .seconds(5)
    /// The number of ping intervals in a row without any byte received after which the connection counts as lost.
    /// At least 1. A frozen server is noticed within `pingInterval * (maxPingFailure + 1)` plus one second.
    public var maxPingFailure = 2
    /// How long to wait before connecting again.
    public var reconnectBackoff = Backoff(base: .milliseconds(10), maximum: .seconds(5))
    /// When a connection that was up is lost, the first new attempt comes at a moment drawn evenly from this time. It is
    /// short, since messages are missed meanwhile; the backoff keeps clients apart from the second attempt on. Deployments
    /// with thousands of clients behind one server may want more. Zero: at once.
    public var reconnectJitter: Duration = .milliseconds(30)
    /// A connection that lasted at least this long starts its backoff anew when it is lost.
    public var stableAfter: Duration = .seconds(2)
    /// Frames waiting for the socket and those being written, in bytes. Above it publishing suspends.
    public var outboundBufferSize = 1 << 20
    /// How many of those bytes may gather while there is no connection. 0: publishing without a connection fails at once.
    public var reconnectBufferSize = 8 << 20
    /// While messages are unconfirmed, a PING asks for their confirmation at most this often.
    public var confirmationInterval: Duration = .milliseconds(100)
    /// One buffer of frames that the socket has not taken after this time ends the connection.
    public var writeTimeout: Duration = .seconds(10)
    /// Whether addresses that servers announce (`connect_urls`) are tried when the configured one does not answer.
    /// They bypass a load balancer, so that is off by default. Every round of attempts begins with the configured address.
    public var usesDiscoveredServers = false
    /// Whether a server that is going to stop (lame duck) is left for another one at once: connected and subscribed there
    /// before it is left here. Nothing is missed; a message that comes in during the move may be delivered twice. When
    /// `false` the connection stays until the server ends it.
    public var movesOnLameDuck = true
    /// How long both servers deliver during such a move, so that the whole cluster has heard of the new subscriptions before
    /// the old ones end. Longer is safer in slow clusters and means more messages that come twice.
    public var moveOverlap: Duration = .milliseconds(250)
    /// Whether the server sends messages back to the connection that published them.
    public var echo = true
    /// What the reply subjects of requests begin with, for accounts that may subscribe only to an inbox of their own.
    /// A subject of at most 256 bytes.
    public var inboxPrefix = "_INBOX"

    /// What to change where a server takes no more connections; the end of an error message.
    package var connectionAdvice = "Make fewer connections, or raise the limit"
    /// The addresses that TLS was had with.
    package var encryptedAddresses = AddressMemory.encrypted
    /// The addresses whose warning of credentials in plain text was given.
    package var plaintextLogins = AddressMemory()
    /// Whether what is sent to an address never leaves this machine. Tests say otherwise of the loopback.
    package var isOnThisMachine: @Sendable (SocketAddress) -> Bool = { $0.isLoopback }

    /// A configuration for one address, everything else at its default.
    public init(address: Address) {
        self.address = address
    }

    /// Checks what can be checked without a network.
    ///
    /// - Throws: ``NATSError/Code/configuration`` that names the setting and its bounds.
    public func validate() throws(NATSError) {
        func require(_ condition: Bool, _ message: String) throws(NATSError) {
            if !condition { throw NATSError(.configuration, message) }
        }
        for address in [address] + alternatives { try address.validate() }
        try tls.validate()
        try require(connectTimeout > .zero, "connection_timeout must be longer than zero")
        try require(pingInterval > .zero, "ping_interval must be longer than zero")
        try require(maxPingFailure >= 1, "max_ping_failure is \(maxPingFailure), use 1 or more")
        try require(outboundBufferSize >= 1 << 12, "outbound_buffer_size is \(outboundBufferSize), use at least 4096 bytes")
        try require(reconnectBufferSize >= 0, "the reconnect buffer cannot be smaller than zero bytes")
        try require(reconnectJitter >= .zero, "reconnect_jitter cannot be shorter than zero")
        try require(moveOverlap >= .zero, "move_overlap cannot be shorter than zero")
        try require(writeTimeout > .zero, "write_timeout must be longer than zero")
        try require(confirmationInterval > .zero, "the confirmation interval must be longer than zero")
        try Inbox.validate(prefix: inboxPrefix)
    }
}
