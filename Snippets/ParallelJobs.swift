// Jobs in parallel, from the guide "A service that ends without losing a message".
import NIOCore
import Roulette
import ServiceLifecycle

struct Resizer: Service {
    let client: RouletteClient
    let resize: @Sendable (ByteBuffer) -> ByteBuffer

    func run() async throws {
        try await client.subscribe(to: "images.*", options: .init(queueGroup: "resizers", restart: .permanent)) { images in
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                for try await image in images {
                    tasks.addTask { try await client.publish(resize(image.payload), to: "thumbnails") }
                }
                try await tasks.waitForAll()
            }
        }
    }
}
