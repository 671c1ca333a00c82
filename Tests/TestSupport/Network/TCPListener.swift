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

    /// Listens on `port`; zero has the kernel choose one.
    ///
    /// - Parameters:
    ///   - tls: Connections are encrypted from their first byte; what is received and sent is the plain text.
    ///   - accept: Called with each connection before anything is read from it.
    static func listen(
        port: Int = 0,
        tls: TLSTermination? = nil,
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
