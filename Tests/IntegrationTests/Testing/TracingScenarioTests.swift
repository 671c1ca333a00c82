#if Tracing

import InMemoryTracing
import Roulette
import TestSupport
import Testing
import Tracing

@Suite("Traces across programs", .timeLimit(.minutes(2)))
struct TracingScenarioTests {
    @Test(arguments: Backend.allCases)
    func `a trace goes from a publisher over a consumer to the service that it asks, on every cluster`(
        backend: Backend
    ) async throws {
        // As in three programs, each has a tracer of its own. Only headers connect them.
        let (publishing, consuming, answering) = (InMemoryTracer(), InMemoryTracer(), InMemoryTracer())
        try await backend.run { deployment in
            try await deployment.withClient({ $0.tracer = answering }) { service in
                try await deployment.withClient({ $0.tracer = consuming }) { consumer in
                    try await deployment.withClient({ $0.tracer = publishing }) { publisher in
                        for cluster in 0..<3 {
                            let topic = try deployment.topic(on: cluster, of: publisher)
                            try await pass(topic, from: publisher, to: consumer, asking: service, of: publishing)
                        }
                    }
                }
            }
        }
        let (published, consumed, answered) = (
            publishing.finishedSpans, consuming.finishedSpans, answering.finishedSpans
        )
        #expect(published.count == 6 && consumed.count == 6 && answered.count == 3)
        for root in published where root.operationName == "checkout" {
            let trace = root.traceID
            let names = [published, consumed, answered].map { spans in
                spans.filter { $0.traceID == trace }.map(\.operationName).map { $0.split(separator: " ")[0] }
            }
            #expect(names == [["publish", "checkout"], ["request", "process"], ["process"]])
            let published = try #require(published.first { $0.traceID == trace && $0.parentSpanID == root.spanID })
            let processed = try #require(consumed.first { $0.parentSpanID == published.spanID })
            let requested = try #require(consumed.first { $0.parentSpanID == processed.spanID })
            #expect(answered.contains { $0.parentSpanID == requested.spanID })
        }
    }

    /// Publishes one message in a span. Its consumer asks a service, and the service answers.
    private func pass(
        _ topic: String,
        from publisher: RouletteClient,
        to consumer: RouletteClient,
        asking service: RouletteClient,
        of tracer: InMemoryTracer
    ) async throws {
        let confirmed = SubscribeOptions(confirmed: true)
        let question = "price.\(topic)"
        let orders = try await consumer.subscribe(to: topic, options: confirmed)
        let questions = try await service.subscribe(to: question, options: confirmed)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for try await message in questions.prefix(1) {
                    try await message.withSpan { _ in try await service.reply(to: message, "42") }
                }
            }
            group.addTask {
                for try await message in orders.prefix(1) {
                    try await message.withSpan { _ in
                        let reply = try await consumer.request("?", to: question, timeout: .seconds(30))
                        #expect(reply.body == "42")
                    }
                }
            }
            try await tracer.withSpan("checkout") { _ in try await publisher.publish("order", to: topic) }
            try await group.waitForAll()
        }
    }
}

#endif
