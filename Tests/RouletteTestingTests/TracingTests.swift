#if Tracing

import InMemoryTracing
import Roulette
import RouletteTesting
import Testing
import Tracing

@Suite("Tracing of messages", .timeLimit(.minutes(1)))
struct TracingTests {
    private let tracer = InMemoryTracer()
    private let deployment = TestDeployment()
    private let confirmed = SubscribeOptions(confirmed: true)

    private func withClient(_ body: (RouletteClient) async throws -> Void) async throws {
        let tracer = tracer
        try await deployment.withClient({ $0.tracer = tracer }) { try await body($0) }
    }

    private func next(_ subscription: Subscription) async throws -> Message {
        var iterator = subscription.makeAsyncIterator()
        return try #require(try await iterator.next())
    }

    private func attribute(_ name: String, of span: FinishedInMemorySpan) -> String? {
        switch span.attributes.get(name) {
        case .string(let text)?: text
        case .int64(let number)?: String(number)
        case .int32(let number)?: String(number)
        default: nil
        }
    }

    @Test
    func `a message belongs to the trace of its publisher, and so does what its consumer publishes`() async throws {
        try await withClient { client in
            let orders = try await client.subscribe(to: "orders.*", options: confirmed)
            let bills = try await client.subscribe(to: "bills", options: confirmed)
            try await tracer.withSpan("checkout") { _ in
                try await client.publish("12345", to: "orders.eu", headers: ["Id": "1"])
            }
            let order = try await next(orders)
            #expect(try order.headers?["Id"] == "1")
            try await order.withSpan { _ in try await client.publisher(for: "bills").publish("x") }
            try await next(bills).withSpan { span in span.attributes["own"] = "yes" }

            let spans = tracer.finishedSpans
            #expect(
                spans.map(\.operationName) == [
                    "publish orders.eu", "checkout", "publish bills", "process orders.eu", "process bills",
                ]
            )
            #expect(spans.map(\.kind) == [.producer, .internal, .producer, .consumer, .consumer])
            #expect(Set(spans.map(\.traceID)).count == 1)
            #expect(spans[0].parentSpanID == spans[1].spanID)
            #expect(spans[3].parentSpanID == spans[0].spanID)
            #expect(spans[2].parentSpanID == spans[3].spanID)
            #expect(spans[4].parentSpanID == spans[2].spanID)

            let published = spans[0]
            let owner = try client.owner(of: "orders.eu")
            #expect(attribute("messaging.system", of: published) == "nats")
            #expect(attribute("messaging.operation.name", of: published) == "publish")
            #expect(attribute("messaging.operation.type", of: published) == "send")
            #expect(attribute("messaging.destination.name", of: published) == "orders.eu")
            #expect(attribute("messaging.message.body.size", of: published) == "5")
            #expect(attribute("roulette.cluster", of: published) == owner.name)
            #expect(attribute("server.address", of: published) == owner.address)
            #expect(attribute("messaging.operation.type", of: spans[3]) == "process")
            #expect(attribute("own", of: spans[4]) == "yes")
            #expect(tracer.activeSpans.isEmpty)
        }
    }

    @Test
    func `a request is a span until its reply, and records its error`() async throws {
        try await withClient { client in
            let service = try await client.subscribe(to: "ask", options: confirmed)
            async let answering: Void = next(service).withSpan { _ in () }
            await #expect(throws: RouletteError.self) { try await client.request("?", to: "ask", timeout: .milliseconds(50)) }
            try await answering
            let request = try #require(tracer.finishedSpans.first { $0.operationName == "request ask" })
            #expect(request.kind == .client)
            #expect(attribute("error.type", of: request) == "timeout")
            #expect(request.status?.code == .error && request.errors.count == 1)
            let process = try #require(tracer.finishedSpans.first { $0.operationName == "process ask" })
            #expect(process.parentSpanID == request.spanID)
            #expect(tracer.activeSpans.isEmpty)
        }
    }

    @Test
    func `publishing that is refused ends its span with the error, and a failing consumer too`() async throws {
        struct Failure: Error {}
        try await withClient { client in
            #expect(throws: RouletteError.self) { try client.tryPublish("", to: "a..b") }
            await #expect(throws: RouletteError.self) { try await client.publish("", to: "a.*") }
            let subscription = try await client.subscribe(to: "t", options: confirmed)
            try client.tryPublish("", to: "t")
            let message = try await next(subscription)
            await #expect(throws: Failure.self) { try await message.withSpan { _ in throw Failure() } }
            let failed = tracer.finishedSpans.filter { !$0.errors.isEmpty }
            #expect(failed.map(\.operationName) == ["publish a..b", "publish a.*", "process t"])
            #expect(attribute("error.type", of: failed[0]) == "invalid_topic")
            #expect(tracer.activeSpans.isEmpty)
        }
    }

    @Test
    func `without a tracer, messages have no headers, and the closure runs all the same`() async throws {
        try await deployment.withClient { client in
            let subscription = try await client.subscribe(to: "t", options: confirmed)
            try await client.publish("x", to: "t")
            let message = try await next(subscription)
            #expect(message.headerBytes == nil)
            #expect(await message.withSpan { _ in message.body } == "x")
        }
    }
}

#endif
