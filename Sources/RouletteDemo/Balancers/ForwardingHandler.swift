import NIOCore
import NIOPosix

/// One side of a forwarded connection. It writes what the other side reads, and reads only while the other side can write.
final class ForwardingHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private static let connectTimeout: TimeAmount = .seconds(1)
    private static let retryDelay: TimeAmount = .milliseconds(20)

    /// Set for the side of a client, which opens the connection to a target.
    private let connecting: ForwardedConnections?
    private var context: ChannelHandlerContext?
    private var partner: ForwardingHandler?
    /// Whether a read waits until the other side can write.
    private var hasPendingRead = false

    /// Creates the side of a client, or with nil the side of a target.
    init(connecting: ForwardedConnections?) {
        self.connecting = connecting
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        partner = nil
    }

    func channelActive(context: ChannelHandlerContext) {
        if let connecting {
            connect(connecting.nextTargets()[...], of: connecting, until: .now() + connecting.patience)
        }
        context.fireChannelActive()
    }

    // MARK: Connecting

    /// Connects to the first target that accepts.
    private func connect(_ targets: ArraySlice<Int>, of connections: ForwardedConnections, until deadline: NIODeadline) {
        guard let client = context?.channel, client.isActive else { return }
        guard let target = targets.first else {
            guard NIODeadline.now() < deadline, !connections.nextTargets().isEmpty else { return client.close(promise: nil) }
            client.eventLoop.assumeIsolated().scheduleTask(in: Self.retryDelay) {
                self.connect(connections.nextTargets()[...], of: connections, until: deadline)
            }
            return
        }
        ClientBootstrap(group: client.eventLoop)
            .connectTimeout(Self.connectTimeout)
            .channelOption(.socketOption(.tcp_nodelay), value: 1)
            .channelOption(.autoRead, value: false)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(ForwardingHandler(connecting: nil))
                }
            }
            .connect(host: "127.0.0.1", port: target)
            .assumeIsolated()
            .whenComplete { result in
                switch result {
                case .success(let server): self.join(server, target: target, of: connections)
                case .failure: self.connect(targets.dropFirst(), of: connections, until: deadline)
                }
            }
    }

    private func join(_ server: any Channel, target: Int, of connections: ForwardedConnections) {
        guard let client = context?.channel, client.isActive,
            let other = try? server.pipeline.syncOperations.handler(type: ForwardingHandler.self)
        else { return server.close(promise: nil) }
        partner = other
        other.partner = self
        if !connections.add([client, server], target: target) {
            // Closing one side closes the other.
            client.close(promise: nil)
        }
    }

    // MARK: Forwarding

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        partner?.context?.write(data, promise: nil)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        partner?.context?.flush()
        context.fireChannelReadComplete()
    }

    func channelInactive(context: ChannelHandlerContext) {
        if let other = partner?.context {
            // Writes that wait are sent before the other side is closed.
            other.writeAndFlush(NIOAny(other.channel.allocator.buffer(capacity: 0))).assumeIsolated().whenComplete { _ in
                other.close(promise: nil)
            }
        }
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // A connection that breaks is closed on both sides.
        context.close(promise: nil)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { partner?.continueReading() }
        context.fireChannelWritabilityChanged()
    }

    func read(context: ChannelHandlerContext) {
        if partner?.context?.channel.isWritable == true {
            context.read()
        } else {
            hasPendingRead = true
        }
    }

    private func continueReading() {
        guard hasPendingRead else { return }
        hasPendingRead = false
        context?.read()
    }
}
