// The code of the guide "Tracing".
#if Tracing

import InMemoryTracing
import Roulette
import RouletteTesting
import ServiceLifecycle
import Testing
import Tracing

/// A service whose messages belong to the traces of its customers.
private struct TracedBilling: Service {
    let client: RouletteClient

    func run() async throws {
        let options = SubscribeOptions(queueGroup: "billing", restart: .permanent)
        for try await order in try await client.subscribe(to: "orders.*", options: options) {
            try await order.withSpan { span in
                span.attributes["order"] = order.body
                try await client.publish("paid: \(order.body)", to: "payments")
            }
        }
    }
}

@Suite("The guide to tracing", .timeLimit(.minutes(1)))
struct TracingGuideExample {
    @Test
    func `the payment of an order has the headers of its trace`() async throws {
        let deployment = TestDeployment()
        let tracer = InMemoryTracer()
        try await deployment.withClient({ $0.tracer = tracer }) { client in
            let payments = try await client.subscribe(to: "payments", options: SubscribeOptions(maxMessages: 1, confirmed: true))
            let billing = Task { try await TracedBilling(client: client).run() }
            try await deployment.waitForSubscribers(of: "orders.*")
            try await client.publish("4711", to: "orders.eu")
            for try await payment in payments { #expect(payment.body == "paid: 4711") }
            billing.cancel()
        }
        let spans = tracer.finishedSpans
        #expect(Set(spans.map(\.traceID)).count == 1 && spans.count == 3)
    }
}

#endif
