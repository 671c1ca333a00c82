package import NIOCore

/// How a ``NATSClient`` connects, and the limits of its buffers.
public struct NATSClientConfiguration: Sendable {
    /// The address of a server, or of the load balancer in front of a cluster.
    public struct Address: Sendable, Hashable, CustomStringConvertible {
        /// A host name or an IP address. It is resolved for every attempt.
        public var host: String
        /// The TCP port, 1 to 65535.
        public var port: Int

        /// Creates an address. 4222 is the default port of NATS servers.
        public init(host: String, port: Int = 4222) {
            self.host = host
            self.port = port
        }

        /// `host:port`, with IPv6 addresses in brackets.
        public var description: String {
            host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]:\(port)" : "\(host):\(port)"
        }
    }

    /// The address to connect to.
    public var address: Address
    /// More servers of the same cluster that are as good as ``address``, for a cluster without a load balancer.
    ///
    /// Every round of attempts tries all of them and ``address``, each once and in a random order. The one that the last
    /// connection used is the last. ``connectTimeout`` applies to each attempt.
    public var seeds: [Address] = []
    /// Other servers of the same cluster. They are tried in order if neither ``address`` nor ``seeds`` answer.
    public var alternatives: [Address] = []
    /// The name shown for this connection in the server's monitoring.
    public var name = ""
    /// Provides the credentials. It is called for every attempt, so that rotated credentials are used.
    ///
    /// It is called on a thread that may block, so it may read files and call other services. The time it takes counts against
    /// ``connectTimeout``.
    public var credentials: @Sendable () throws -> Credentials = { .none } {
        didSet { hasCredentials = true }
    }
    /// Whether ``credentials`` was set.
    private(set) var hasCredentials = false
    /// Whether and how the connection is encrypted.
    public var tls = TLS()
    /// Whether credentials may be sent without encryption without a warning, for example on a private network or through a
    /// tunnel. Otherwise the client logs a warning and reports an event if the server is not on this machine.
    ///
    /// With ``TLS/Mode-swift.enum/automatic``, credentials are never sent without encryption to an address that offered TLS
    /// before in this process.
    public var allowsPlaintextCredentials = false
    /// The deadline for the whole handshake, from the first TCP packet to the first PONG, including TLS.
    public var connectTimeout: Duration = .seconds(5)
    /// The time between two PINGs. The first PING of a connection is sent up to one second later, so that connections made at the
    /// same time do not ping at the same time.
    public var pingInterval: Duration = .seconds(5)
    /// The number of consecutive ping intervals without a byte received after which a connection is considered lost. At least 1.
    /// A frozen server is detected within `pingInterval * (maxPingFailure + 1)` plus one second.
    public var maxPingFailure = 2
    /// The wait before each attempt to reconnect.
    public var reconnectBackoff = Backoff(base: .milliseconds(10), maximum: .seconds(5))
    /// When an established connection is lost, the first attempt starts after a random delay between zero and this time. The
    /// default is short because messages are missed meanwhile. From the second attempt on, the backoff spreads the clients.
    /// Deployments with thousands of clients behind one server may need a longer time. Zero means immediately.
    public var reconnectJitter: Duration = .milliseconds(30)
    /// The backoff is reset when a connection is lost that was established for at least this time.
    public var stableAfter: Duration = .seconds(2)
    /// The capacity of the outbound buffer in bytes: frames that wait for the socket or are being written. Publishing suspends
    /// while the buffer is full.
    public var outboundBufferSize = 1 << 20
    /// The number of these bytes that may be buffered without a connection. With 0, publishing without a connection fails
    /// immediately.
    public var reconnectBufferSize = 8 << 20
    /// The shortest time between two PINGs that ask for the confirmation of messages.
    public var confirmationInterval: Duration = .milliseconds(100)
    /// The connection is closed if the socket does not accept a buffer of frames within this time.
    public var writeTimeout: Duration = .seconds(10)
    /// Whether addresses that servers announce (`connect_urls`) are tried if the configured address does not answer. Off by
    /// default, because these addresses bypass a load balancer. Every round of attempts begins with the configured address.
    public var usesDiscoveredServers = false
    /// Whether the client leaves a server in lame duck mode immediately. It connects and subscribes to another server before it
    /// leaves the old one. No message is missed, but a message that arrives during the move may be delivered twice. If `false`,
    /// the connection stays until the server closes it.
    public var movesOnLameDuck = true
    /// The time during which both servers deliver in such a move, so that the whole cluster learns of the new subscriptions
    /// before the old ones end. A longer time is safer in slow clusters, but more messages are delivered twice.
    public var moveOverlap: Duration = .milliseconds(250)
    /// Whether the server sends messages back to the connection that published them.
    public var echo = true
    /// The beginning of the reply subjects of requests, for accounts that may subscribe only to their own inbox. A subject of at
    /// most 256 bytes.
    public var inboxPrefix = "_INBOX"

    /// The advice at the end of the error message if a server accepts no more connections.
    package var connectionAdvice = "Make fewer connections, or raise the limit"
    /// The addresses that have offered TLS.
    package var encryptedAddresses = AddressMemory.encrypted
    /// The addresses for which the warning about credentials in plain text was logged.
    package var plaintextLogins = AddressMemory()
    /// Whether data sent to an address never leaves this machine. Tests replace it to treat the loopback address as remote.
    package var isOnThisMachine: @Sendable (SocketAddress) -> Bool = { $0.isLoopback }

    /// Creates a configuration for one address, with default values for everything else.
    public init(address: Address) {
        self.address = address
    }

    /// All addresses of the configuration.
    package var configuredAddresses: [Address] { [address] + seeds + alternatives }

    /// The longest duration in a configuration, more than a hundred years. Sums of such durations do not overflow.
    package static let longestDuration = Duration.seconds(1 << 32)

    /// Checks the settings, without using the network.
    ///
    /// - Throws: ``NATSError/Code/configuration`` with the setting and its bounds.
    public func validate() throws(NATSError) {
        func require(_ condition: Bool, _ message: String) throws(NATSError) {
            if !condition { throw NATSError(.configuration, message) }
        }
        for address in configuredAddresses { try address.validate() }
        try tls.validate()
        try require(connectTimeout > .zero, "connection_timeout must be longer than zero")
        try require(pingInterval > .zero, "ping_interval must be longer than zero")
        try require(maxPingFailure >= 1, "max_ping_failure is \(maxPingFailure), use 1 or more")
        try require(outboundBufferSize >= 1 << 12, "outbound_buffer_size is \(outboundBufferSize), use at least 4096 bytes")
        // The indices of a ByteBuffer have 32 bits.
        try require(outboundBufferSize <= 1 << 30, "outbound_buffer_size is \(outboundBufferSize), use at most 1 GiB")
        try require(reconnectBufferSize >= 0, "the reconnect buffer cannot be smaller than zero bytes")
        try require(reconnectBufferSize <= 1 << 30, "the reconnect buffer has \(reconnectBufferSize) bytes, use at most 1 GiB")
        try require(reconnectJitter >= .zero, "reconnect_jitter cannot be shorter than zero")
        try require(moveOverlap >= .zero, "move_overlap cannot be shorter than zero")
        try require(writeTimeout > .zero, "write_timeout must be longer than zero")
        try require(confirmationInterval > .zero, "the confirmation interval must be longer than zero")
        let durations = [
            connectTimeout, pingInterval, reconnectJitter, stableAfter, moveOverlap, writeTimeout, confirmationInterval,
            reconnectBackoff.base, reconnectBackoff.maximum,
        ]
        for duration in durations {
            try require(duration <= Self.longestDuration, "\(duration) is too long, use at most \(Self.longestDuration)")
        }
        try Inbox.validate(prefix: inboxPrefix)
    }
}
