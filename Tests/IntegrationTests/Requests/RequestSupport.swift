import NATSWire
import RouletteNATS
import TestSupport
import Testing

/// The timeout of requests that normally get their reply immediately. It allows for a busy machine.
let patience: Duration = .seconds(60)

extension NATSServerProcess {
    /// Runs a connected client on this server.
    func withClient(
        _ change: (inout NATSClientConfiguration) -> Void = { _ in },
        _ body: (NATSClient) async throws -> Void
    ) async throws {
        var configuration = NATSClientConfiguration(address: .init(host: "127.0.0.1", port: port))
        configuration.reconnectBackoff = Backoff(base: .milliseconds(5), maximum: .milliseconds(50))
        change(&configuration)
        try await withRunning(try NATSClient(configuration: configuration), body)
    }
}

/// Runs a client. It is connected when the closure begins.
func withRunning(_ client: NATSClient, _ body: (NATSClient) async throws -> Void) async throws {
    let run = Task { await client.run() }
    do {
        try await client.whenConnected()
        try await body(client)
    } catch {
        client.close()
        await run.value
        throw error
    }
    client.close()
    await run.value
}

extension NATSClient {
    /// Answers the requests to a subject for the duration of a closure.
    func withResponder(
        on subject: Subject,
        queueGroup: String? = nil,
        _ answer: @escaping @Sendable (NATSMessage) async throws -> Void,
        _ body: () async throws -> Void
    ) async throws {
        let subscription = try await subscribe(to: subject, queueGroup: queueGroup, confirmed: true)
        let responding = Task {
            for try await message in subscription { try await answer(message) }
        }
        do {
            try await body()
        } catch {
            subscription.cancel()
            _ = await responding.result
            throw error
        }
        subscription.cancel()
        try await responding.value
    }

    /// Polls until no request is pending, because no event reports this.
    func waitUntilNothingIsPending(within limit: Duration = .waitLimit) async throws {
        try await poll(
            until: "the end of all requests",
            every: .milliseconds(1),
            within: limit,
            last: { "\(snapshot.pendingRequests) pending" }
        ) {
            snapshot.pendingRequests == 0
        }
    }
}

extension NATSMessage {
    var body: String { String(buffer: payload) }
}

/// Returns the error of an operation.
func failure(_ operation: () async throws(NATSError) -> some Sendable) async -> NATSError? {
    do {
        _ = try await operation()
        return nil
    } catch {
        return error
    }
}
