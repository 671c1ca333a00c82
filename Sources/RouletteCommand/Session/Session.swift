import Logging
import NIOCore
import NIOPosix
import Roulette
import Settings

/// Runs a client for the time of a command.
enum Session {
    /// Connects, runs `body`, and disconnects however it ends.
    ///
    /// - Parameters:
    ///   - configuration: The deployment and how to use it.
    ///   - eventLoopGroup: Where the connections run.
    ///   - body: What to do; the connections are being made when it begins.
    static func withClient<R: Sendable>(
        _ configuration: RouletteConfiguration,
        eventLoopGroup: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton,
        _ body: (RouletteClient) async throws -> R
    ) async throws -> R {
        let client = try RouletteClient(configuration: configuration, eventLoopGroup: eventLoopGroup, logger: .silent)
        async let running: Void = client.run()
        let result: Result<R, any Error>
        do {
            result = .success(try await body(client))
        } catch {
            result = .failure(error)
        }
        client.close()
        await running
        return try result.get()
    }
}

extension Logger {
    /// Logs nothing: a command says what matters itself, and the console owns the terminal.
    static var silent: Logger { Logger(label: "roulette") { _ in SwiftLogNoOpLogHandler() } }
}
