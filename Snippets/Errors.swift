// The code of the guide "Errors, and what to do about them".
import Roulette

func publishInBackground(_ client: RouletteClient) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
            do throws(RouletteError) {
                try await client.publish("paid", to: "orders.eu.4711")
            } catch {
                guard error.code == .clusterUnavailable else { throw error }
                print("try again later: \(error)")
            }
        }
        try await group.waitForAll()
    }
}
