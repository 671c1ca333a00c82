package import NIOCore
import NIOPosix

/// Makes TCP connections. Tests replace it to run the driver in virtual time.
package struct Dialer: Sendable {
    /// Connects to an address within a timeout. Calls `initialize` to add the handlers before anything is read.
    let connect: Connect

    package typealias Connect =
        @Sendable (
            _ eventLoop: any EventLoop,
            _ address: NATSClientConfiguration.Address,
            _ timeout: TimeAmount,
            _ initialize: @escaping @Sendable (any Channel) -> EventLoopFuture<Void>
        ) -> EventLoopFuture<any Channel>

    package init(connect: @escaping Connect) { self.connect = connect }

    /// Resolves the host for every call and tries its addresses as described in RFC 8305 (happy eyeballs).
    package static let tcp = tcp { nil }

    /// - Parameter resolver: Returns the resolver for one connect; nil for the resolver of the system.
    static func tcp(resolver: @escaping @Sendable () -> (any Resolver & Sendable)?) -> Dialer {
        Dialer { eventLoop, address, timeout, initialize in
            bootstrap(eventLoop, timeout)
                .resolver(resolver())
                .channelInitializer(initialize)
                .connect(host: address.host, port: address.port)
        }
    }

    private static func bootstrap(_ eventLoop: any EventLoop, _ timeout: TimeAmount) -> ClientBootstrap {
        ClientBootstrap(group: eventLoop)
            .connectTimeout(timeout)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelOption(.socketOption(.so_keepalive), value: 1)
            // With larger buffers malloc uses mmap, and the page faults cost more than the saved reads.
            .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 1 << 16))
            // One read per turn of the event loop. A second read rarely finds data, and the event loop reads again at once if
            // there is more.
            .channelOption(.maxMessagesPerRead, value: 1)
    }
}
