// The code of the guide "Delivery, order and failure".
import Roulette

func confirm(_ client: RouletteClient) async throws {
    try await client.publish("paid", to: "orders.eu.4711")
    do throws(RouletteError) {
        try await client.flush(topic: "orders.eu.4711")
    } catch {
        guard error.code == .unconfirmed else { throw error }
        print("the payment may not have arrived: \(error)")
    }
}

func neverWait(_ client: RouletteClient) throws {
    do throws(RouletteError) {
        try client.tryPublish("21.5", to: "sensors.hall1.temperature")
    } catch {
        // The buffer is full: drop this reading, because the next one is more useful.
        guard error.code == .bufferFull else { throw error }
    }
}

func watch(_ client: RouletteClient) async {
    for await event in client.events {
        switch event.kind {
        case .disconnected:
            guard let cause = event.cause, let unconfirmed = event.unconfirmed else { continue }
            print("lost: \(cause), up to \(unconfirmed) messages")
        case .subscriptionResumed:
            guard let pattern = event.pattern, let missed = event.missed else { continue }
            print("\(pattern) missed \(missed.duration)")
        default: break
        }
    }
}
