import NIOCore
import NIOPosix

/// Accepts connections on 127.0.0.1.
final class TCPListener: Sendable {
    private let channel: any Channel
    /// The port of the listener.
    let port: Int

    private init(channel: any Channel, port: Int) {
        self.channel = channel
        self.port = port
    }

    /// Listens on `port`, or on any free port.
    ///
    /// The kernel assigns ports from 32768 on (49152 on macOS), also to the servers of other tests, and members of a
    /// cluster keep connecting to the port of a stopped member. If such a port were assigned again, those connections would
    /// reach the wrong program. Listeners of tests use lower ports, each only once, so that a connection to a closed
    /// listener always fails.
    ///
    /// - Parameters:
    ///   - tls: Encrypts connections from their first byte. Tests read and write the plain text.
    ///   - accept: Called for each connection before anything is read from it.
    static func listen(
        port: Int? = nil,
        tls: TLSTermination? = nil,
        accept: @escaping @Sendable (TCPConnection) -> Void
    ) async throws -> TCPListener {
        if let port { return try await self.bind(port: port, tls: tls, accept: accept) }
        for _ in 1..<self.attempts {
            do {
                return try await self.bind(port: TestPorts.next(), tls: tls, accept: accept)
            } catch let error as IOError where error.errnoCode == EADDRINUSE {
                continue
            }
        }
        return try await self.bind(port: TestPorts.next(), tls: tls, accept: accept)
    }

    /// The number of ports to try before all are considered in use.
    static let attempts = 100

    private static func bind(
        port: Int,
        tls: TLSTermination?,
        accept: @escaping @Sendable (TCPConnection) -> Void
    ) async throws -> TCPListener {
        let channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let connection = TCPConnection(channel: channel)
                    if let tls { try channel.pipeline.syncOperations.addHandler(tls.makeHandler()) }
                    try channel.pipeline.syncOperations.addHandler(connection.recorder)
                    accept(connection)
                }
            }
            .bind(host: "127.0.0.1", port: port)
            .get()
        guard let port = channel.localAddress?.port else { throw ChannelError.unknownLocalAddress }
        return TCPListener(channel: channel, port: port)
    }

    /// Stops accepting connections. The port is then free. Existing connections continue.
    func close() async {
        // Not a failure if the channel is already closed.
        try? await self.channel.close()
    }
}
