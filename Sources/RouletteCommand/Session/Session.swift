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
        let events = configuration.elixirCompatibleTopics ? client.events : nil
        async let running: Void = client.run()
        async let noting: Void = noteTopics(events)
        let result: Result<R, any Error>
        do {
            result = .success(try await body(client))
        } catch {
            result = .failure(error)
        }
        client.close()
        await running
        await noting
        return try result.get()
    }

    /// Says on standard error what the log would say of a topic that other programs of the deployment cannot receive.
    private static func noteTopics(_ events: RouletteEvents?) async {
        guard let events else { return }
        for await event in events {
            guard case .topicBreaksElixir(let topic) = event.kind else { continue }
            StandardError.note("\(topic) is not ASCII: programs on Roulette 1.0.5 (Elixir) that receive it lose their connection")
        }
    }
}

extension Logger {
    /// Logs nothing: a command says what matters itself, and the console owns the terminal.
    static var silent: Logger { Logger(label: "roulette") { _ in SwiftLogNoOpLogHandler() } }
}
