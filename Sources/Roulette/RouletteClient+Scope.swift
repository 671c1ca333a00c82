package import Logging
package import NIOCore
internal import NIOPosix

extension RouletteClient {
    /// Connects, runs `body`, and disconnects when it returns or throws.
    ///
    /// - Parameters:
    ///   - configuration: The deployment and how to use it.
    ///   - eventLoopGroup: The event loops of the connections.
    ///   - observe: Receives all events of the client. It has to return when they end, after the client was closed.
    ///   - body: Uses the client. The client may still be connecting when the closure is called.
    package static func withClient<Result: Sendable>(
        _ configuration: RouletteConfiguration,
        eventLoopGroup: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton,
        observingEvents observe: @escaping @Sendable (RouletteEvents) async -> Void = { _ in },
        _ body: (RouletteClient) async throws -> Result
    ) async throws -> Result {
        let client = try RouletteClient(configuration: configuration, eventLoopGroup: eventLoopGroup, logger: .silent)
        let events = client.events
        async let running: Void = client.run()
        async let observing: Void = observe(events)
        let result: Swift.Result<Result, any Error>
        do {
            result = .success(try await body(client))
        } catch {
            result = .failure(error)
        }
        client.close()
        await running
        await observing
        return try result.get()
    }
}

extension Logger {
    /// A logger that writes nothing.
    package static var silent: Logger { Logger(label: "roulette") { _ in SwiftLogNoOpLogHandler() } }
}
