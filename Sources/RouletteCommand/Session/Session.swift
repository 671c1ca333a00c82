import NIOCore
import NIOPosix
import Roulette

/// Runs a client for the duration of a command.
enum Session {
    /// Connects, runs `body`, and disconnects when it returns or throws. Warnings go to standard error.
    ///
    /// - Parameters:
    ///   - configuration: The deployment and how to use it.
    ///   - eventLoopGroup: The event loops of the connections.
    ///   - body: Uses the client. The connections may not be established yet when it begins.
    static func withClient<Result: Sendable>(
        _ configuration: RouletteConfiguration,
        eventLoopGroup: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton,
        _ body: (RouletteClient) async throws -> Result
    ) async throws -> Result {
        try await RouletteClient.withClient(
            configuration,
            eventLoopGroup: eventLoopGroup,
            observingEvents: printWarnings,
            body
        )
    }

    /// Prints the warnings that an operator must see: a login that was sent unencrypted, load balancers that lead to the wrong
    /// cluster, and topics that some programs of the deployment cannot receive.
    private static func printWarnings(_ events: RouletteEvents) async {
        for await event in events {
            switch event.detail {
            case .connection(.credentialsInPlaintext(let address)):
                StandardError.note(
                    "WARNING: the login was sent to \(address) without encryption, and anyone on the network path can read it. "
                        + "Use TLS (tls = \"required\", --tls-ca), or allow it: allow_plaintext_credentials = true, "
                        + "--allow-plaintext-credentials"
                )
            case .identityAlarm(let alarm):
                StandardError.note("WARNING: \(alarm)")
            case .topicBreaksElixir(let topic):
                StandardError.note(
                    "\(topic) is not ASCII: programs with Roulette 1.0.5 (Elixir) that receive it lose their connection"
                )
            default: break
            }
        }
    }
}
