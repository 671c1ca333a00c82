import NIOCore
import NIOPosix

/// Accepts connections on 127.0.0.1.
final class TCPListener: Sendable {
    private let channel: any Channel
    /// The port listened on.
    let port: Int

    private init(channel: any Channel, port: Int) {
        self.channel = channel
        self.port = port
    }

    /// Listens on `port`, or on any that is free.
    ///
    /// The kernel hands out ports from 32768 (49152 on macOS) on, also to the servers of other tests, and a member of a
    /// cluster goes on dialing a member that is gone. Where such a port is given out again, those calls arrive at whoever
    /// got it. Ours are below, where only listeners of tests are, and none is used twice: what still dials a listener that
    /// is closed finds nobody.
    ///
    /// - Parameters:
    ///   - tls: Connections are encrypted from their first byte; what is received and sent is the plain text.
    ///   - accept: Called with each connection before anything is read from it.
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

    /// How many ports are tried before all are taken to be in use.
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

    /// Stops accepting; the port is free afterwards. Connections live on.
    func close() async {
        // That it is closed already is no failure here.
        try? await self.channel.close()
    }
}
