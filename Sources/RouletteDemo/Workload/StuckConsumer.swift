import NIOCore
import NIOPosix
import TextCoding

/// A client that subscribes to everything on one cluster but reads very slowly, like a program that hangs. The server's buffer for
/// it grows until the server disconnects it as a slow consumer. It reconnects after a pause.
struct StuckConsumer: Sendable {
    /// The maximum time of a connection. The server disconnects the client when it cannot write for 10 seconds.
    private static let stay: Duration = .seconds(30)
    private static let pause: Duration = .seconds(5)

    let port: Int
    let password: String

    /// Connects repeatedly until the task is canceled.
    func run() async {
        while !Task.isCancelled {
            // The cluster may be down: the demo lets nodes be stopped.
            if let channel = try? await connect() {
                try? await Task.sleep(for: Self.stay)
                try? await channel.close()
            }
            try? await Task.sleep(for: Self.pause)
        }
    }

    private func connect() async throws -> any Channel {
        try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.socketOption(.so_rcvbuf), value: 4096)
            .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 512))
            .channelOption(.autoRead, value: false)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Handler(password: password))
                }
            }
            .connect(host: "127.0.0.1", port: port)
            .get()
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private static let readInterval: TimeAmount = .milliseconds(200)
        private let password: String
        private var reading: RepeatedTask?

        init(password: String) {
            self.password = password
        }

        func channelActive(context: ChannelHandlerContext) {
            let connect: JSONObject = [
                "verbose": .bool(false), "name": .string("demo stuck consumer"), "user": .string(DemoPasswords.user),
                "pass": .string(password),
            ]
            let hello = "CONNECT \(JSONValue.object(connect).text)\r\nSUB > 1\r\n"
            context.writeAndFlush(wrapOutboundOut(context.channel.allocator.buffer(string: hello)), promise: nil)
            let channel = context.channel
            reading = context.eventLoop.scheduleRepeatedTask(initialDelay: .zero, delay: Self.readInterval) { _ in
                channel.read()
            }
        }

        func channelInactive(context: ChannelHandlerContext) {
            reading?.cancel()
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            // The disconnect is intended.
            context.close(promise: nil)
        }
    }
}
