import NATSWire
import RouletteNATS
import TestSupport
import Testing

@Suite("Requests that are canceled", .timeLimit(.minutes(2)))
struct RequestCancellationTests {
    /// Starts many requests, cancels each at a different time, and counts the results.
    private func cancelMany(
        _ count: Int,
        _ request: @escaping @Sendable (Int) async throws(NATSError) -> Void
    ) async -> [NATSError.Code?: Int] {
        await withTaskGroup(of: NATSError.Code?.self) { group in
            var endings: [NATSError.Code?: Int] = [:]
            for number in 0..<count {
                group.addTask {
                    let task = Task { await failure { () async throws(NATSError) in try await request(number) }?.code }
                    for _ in 0..<number % 23 { await Task.yield() }
                    task.cancel()
                    return await task.value
                }
                if number % 100 == 99 { while let code = await group.next() { endings[code, default: 0] += 1 } }
            }
            for await code in group { endings[code, default: 0] += 1 }
            return endings
        }
    }

    @Test
    func `ten thousand requests canceled before, during and after their reply: all end, and none stays pending`() async throws {
        try await NATSServerProcess.withServer { server in
            try await server.withClient { client in
                try await client.withResponder(on: "echo") {
                    try await $0.respond($0.payload)
                } _: {
                    let endings = await cancelMany(10_000) { number async throws(NATSError) in
                        _ = try await client.request("\(number)", to: "echo", timeout: .seconds(600))
                    }
                    #expect(Set(endings.keys).subtracting([nil, .canceled]).isEmpty, "\(endings)")
                    #expect(endings[.canceled, default: 0] > 0)
                    #expect(endings.values.reduce(0, +) == 10_000)
                    try await client.waitUntilNothingIsPending()
                }
            }
        }
    }

    @Test
    func `canceled while they wait for space in the buffer`() async throws {
        try await NATSServerProcess.withServer { server in
            try await server.withClient {
                $0.outboundBufferSize = 4096
            } _: { client in
                server.pause()
                let large = [UInt8](repeating: 0, count: 64 << 10)
                let endings = await cancelMany(1_000) { _ async throws(NATSError) in
                    _ = try await client.request(large, to: "a", timeout: .seconds(600))
                }
                #expect(endings == [.canceled: 1_000])
                #expect(client.snapshot.pendingRequests == 0)
                server.resume()
            }
        }
    }

    @Test
    func `if the buffer has no space until the timeout, the request was not sent`() async throws {
        try await NATSServerProcess.withServer { server in
            try await server.withClient {
                $0.outboundBufferSize = 4096
            } _: { client in
                server.pause()
                let large = [UInt8](repeating: 0, count: 64 << 10)
                // Until the socket accepts no more.
                while true {
                    do throws(NATSError) { try client.tryPublish(large, to: "a") } catch { break }
                    await Task.yield()
                }
                var codes: Set<NATSError.Code?> = []
                for _ in 0..<3 {
                    codes.insert(
                        await failure { () async throws(NATSError) in
                            try await client.request(large, to: "a", timeout: .milliseconds(50))
                        }?.code
                    )
                }
                #expect(codes == [.timeout])
                #expect(client.snapshot.pendingRequests == 0)
                server.resume()
            }
        }
    }

    @Test
    func `many replies: ten thousand sequences, dropped or canceled at different times`() async throws {
        try await NATSServerProcess.withServer { server in
            try await server.withClient { client in
                try await client.withResponder(on: "echo") { message in
                    for _ in 0..<2 { try await message.respond(message.payload) }
                } _: {
                    let endings = await cancelMany(10_000) { number async throws(NATSError) in
                        let replies = try await client.requestMany("\(number)", to: "echo", timeout: .seconds(600), max: 2)
                        var iterator = replies.makeAsyncIterator()
                        for _ in 0..<number % 4 { _ = try await iterator.next() }
                    }
                    #expect(Set(endings.keys).subtracting([nil, .canceled]).isEmpty, "\(endings)")
                    try await client.waitUntilNothingIsPending()
                }
            }
        }
    }
}
