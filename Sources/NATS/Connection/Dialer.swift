package import NIOCore
import NIOPosix

/// Makes TCP connections. Tests pass one of their own to run the driver on a clock that they move.
package struct Dialer: Sendable {
    /// Connects to an address within a time, and adds the handlers that `initialize` adds before anything is read.
    let connect: Connect

    package typealias Connect =
        @Sendable (
            _ eventLoop: any EventLoop,
            _ address: NATSClientConfiguration.Address,
            _ timeout: TimeAmount,
            _ initialize: @escaping @Sendable (any Channel) -> EventLoopFuture<Void>
        ) -> EventLoopFuture<any Channel>

    package init(connect: @escaping Connect) { self.connect = connect }

    /// Resolves the host anew with every call and tries its addresses as RFC 8305 says (happy eyeballs).
    package static let tcp = tcp { nil }

    /// - Parameter resolver: The resolver for one connect; nil for the system's.
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
            // Larger buffers make malloc go to mmap, and page faults then cost more than the reads saved.
            .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 1 << 16))
            // One read per turn: a second one mostly finds nothing, and the loop comes back at once if it would.
            .channelOption(.maxMessagesPerRead, value: 1)
    }
}
