import RouletteNATS
import Testing

@testable import Roulette

/// The end of a client, and arguments out of range.
@Suite("The end of a client that never ran, and invalid arguments", .timeLimit(.minutes(1)))
struct ClientEndTests {
    private func client() throws -> RouletteClient {
        try RouletteClient(configuration: RouletteConfiguration(clusters: [.init(host: "127.0.0.1", port: 1)]))
    }

    @Test
    func `events end after close() even if run() was never called`() async throws {
        let client = try client()
        let events = client.events
        client.close()
        var closed = 0
        for await event in events { if event.kind == .closed { closed += 1 } }
        #expect(closed == 10)
        for await _ in client.events { Issue.record("an event after the end") }
        await client.run()
    }

    @Test
    func `events end after drain() even if run() was never called, and include its report`() async throws {
        let client = try client()
        let events = client.events
        try await client.drain(timeout: .seconds(30))
        var reports: [DrainReport] = []
        for await event in events { if let report = event.drainReport { reports.append(report) } }
        #expect(reports == [DrainReport()])
    }

    @Test(arguments: [Int.min, -1, 0])
    func `a limit below 1 is refused`(limit: Int) async throws {
        let client = try client()
        let options = [
            SubscribeOptions(maxMessages: limit),
            SubscribeOptions(buffer: SubscriptionBuffer(messages: limit)),
            SubscribeOptions(buffer: SubscriptionBuffer(bytes: limit)),
        ]
        for options in options {
            let error = await #expect(throws: RouletteError.self) { try await client.subscribe(to: "a", options: options) }
            #expect(error?.code == .configuration)
            #expect(error?.message.contains("\(limit)") == true)
        }
    }

    @Test
    func `durations and sizes beyond all bounds are refused or harmless`() async throws {
        let longest = Duration.seconds(Int64.max)
        let changes: [@Sendable (inout RouletteConfiguration) -> Void] = [
            { $0.pingInterval = longest },
            { $0.connectionTimeout = longest },
            { $0.reconnectJitter = longest },
            { $0.moveOverlap = longest },
            { $0.writeTimeout = longest },
            { $0.baseBackoff = longest },
            { $0.maxBackoff = longest },
            { $0.outboundBufferSize = .max },
        ]
        for change in changes {
            var configuration = RouletteConfiguration(clusters: [.init(host: "127.0.0.1", port: 1)])
            change(&configuration)
            let error = #expect(throws: RouletteError.self) { try RouletteClient(configuration: configuration) }
            #expect(error?.code == .configuration)
        }
        var configuration = RouletteConfiguration(clusters: [.init(host: "127.0.0.1", port: 1)])
        configuration.metricsInterval = longest
        configuration.drainTimeout = longest
        let client = try RouletteClient(configuration: configuration)
        async let running: Void = client.run()
        try await client.drain()
        await running
    }

    @Test(arguments: [Duration.seconds(Int64.max), .seconds(Int64.min), .zero, .seconds(-1)])
    func `a timeout of any length is no crash`(timeout: Duration) async throws {
        let client = try client()
        client.close()
        for body in [
            { @Sendable in try await client.drain(timeout: timeout) },
            { @Sendable in _ = try await client.request("x", to: "a", timeout: timeout) },
            { @Sendable in _ = try await client.requestMany("x", to: "a", timeout: timeout, max: .min, stall: timeout) },
        ] { try? await body() }
    }
}
