package import Logging
package import NIOCore
internal import NIOPosix

extension RouletteClient {
    /// Connects, runs `body`, and disconnects when it returns or throws.
    ///
    /// - Parameters:
    ///   - configuration: The deployment and how to use it.
    ///   - eventLoopGroup: Where the connections run.
    ///   - observe: Receives all events of the client. It returns when they end, after the client has been closed.
    ///   - body: What to do with the client. The connections are being made when it begins.
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
