import Locking
import Logging
import NIOCore
import NIOPosix
import TestSupport
import Testing

@testable import RouletteNATS

@Suite("Host names are resolved again", .timeLimit(.minutes(2)))
struct ResolvingTests {
    /// Answers with one address at a time, like the DNS of a balancer.
    private final class Zone: Sendable {
        private let state = Mutex<(port: Int, queries: [String])>((0, []))

        /// The requested names.
        var queries: [String] { state.withLock { $0.queries } }

        func point(to server: NATSServerProcess) {
            state.withLock { $0.port = server.port }
        }

        func resolver(_ eventLoop: any EventLoop) -> any Resolver & Sendable { Query(zone: self, eventLoop: eventLoop) }

        private struct Query: Resolver, Sendable {
            let zone: Zone
            let eventLoop: any EventLoop

            func initiateAQuery(host: String, port: Int) -> EventLoopFuture<[SocketAddress]> {
                let current = zone.state.withLock { state in
                    state.queries.append(host)
                    return state.port
                }
                return eventLoop.makeCompletedFuture(Result { [try SocketAddress(ipAddress: "127.0.0.1", port: current)] })
            }

            func initiateAAAAQuery(host: String, port: Int) -> EventLoopFuture<[SocketAddress]> {
                eventLoop.makeSucceededFuture([])
            }

            func cancelQueries() {}
        }
    }

    @Test
    func `the next attempt follows a name that points to another address`() async throws {
        try await NATSServerProcess.withServer(NATSServerConfiguration(name: "old")) { old in
            try await NATSServerProcess.withServer(NATSServerConfiguration(name: "new")) { new in
                let zone = Zone()
                zone.point(to: old)
                var configuration = NATSClientConfiguration(address: .init(host: "balancer.example.org", port: 4222))
                configuration.reconnectBackoff = Backoff(base: .milliseconds(1), maximum: .milliseconds(5))
                let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
                let client = try NATSClient(
                    configuration: configuration,
                    eventLoop: eventLoop,
                    dialer: .tcp { zone.resolver(eventLoop) },
                    logger: Logger(label: "tests"),
                    randomness: SystemRandomNumberGenerator()
                )
                let run = Task { await client.run() }
                try await client.waitUntilConnected(timeout: .seconds(20))
                #expect(client.snapshot.server?.name == "old")

                zone.point(to: new)
                old.kill()
                while client.snapshot.server?.name != "new" { try await client.waitUntilConnected(timeout: .seconds(20)) }
                #expect(zone.queries.count >= 2)
                #expect(Set(zone.queries) == ["balancer.example.org"])
                client.close()
                await run.value
            }
        }
    }
}
