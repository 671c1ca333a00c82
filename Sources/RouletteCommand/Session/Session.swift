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
        let events = client.events
        async let running: Void = client.run()
        async let noting: Void = note(events)
        let result: Result<R, any Error>
        do {
            result = .success(try await body(client))
        } catch {
            result = .failure(error)
        }
        client.close()
        await running
        // They end with the client, and what came last is printed.
        await noting
        return try result.get()
    }

    /// Says on standard error what the log would say, and the operator must not miss: logins that anybody can read, and topics
    /// that other programs of the deployment cannot receive.
    private static func note(_ events: RouletteEvents) async {
        for await event in events {
            switch event.detail {
            case .connection(.credentialsInPlaintext(let address)):
                StandardError.note(
                    "WARNING: the login was sent to \(address) without encryption, and anybody on the way can read it. "
                        + "Use TLS (tls = \"required\", --tls-ca), or say that it is meant: allow_plaintext_credentials = true, "
                        + "--allow-plaintext-credentials"
                )
            case .topicBreaksElixir(let topic):
                StandardError.note(
                    "\(topic) is not ASCII: programs on Roulette 1.0.5 (Elixir) that receive it lose their connection"
                )
            default: break
            }
        }
    }
}

extension Logger {
    /// Logs nothing: a command says what matters itself, and the console owns the terminal.
    static var silent: Logger { Logger(label: "roulette") { _ in SwiftLogNoOpLogHandler() } }
}
