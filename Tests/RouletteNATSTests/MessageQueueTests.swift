import Locking
import NATSWire
import NIOCore
import Testing

@testable import RouletteNATS

@Suite("The message queue of a subscription")
struct MessageQueueTests {
    /// Returns real messages from the parser.
    private func messages(_ payloads: [String]) throws -> [WireMessage] {
        var sink = Collector()
        var parser = OperationParser()
        let text = payloads.map { "MSG t 1 \($0.utf8.count)\r\n\($0)\r\n" }.joined()
        try parser.parse(ByteBuffer(string: text), into: &sink)
        return sink.messages
    }

    private func payloads(_ batch: MessageBatch<Int>?) -> [String]? {
        batch.map { $0.messages.map { String(buffer: $0.payload) } }
    }

    @Test
    func `batches are delivered in order, with their source`() async throws {
        let queue = MessageQueue<Int>(limits: SubscriptionBuffer())
        queue.deliver(try messages(["a", "b"]), from: 1)
        queue.deliver(try messages(["c"]), from: 2)
        queue.end(nil)
        let first = try await queue.next()
        #expect(payloads(first) == ["a", "b"])
        #expect(first?.source == 1)
        let second = try await queue.next()
        #expect(payloads(second) == ["c"])
        #expect(second?.source == 2)
        #expect(try await queue.next() == nil)
    }

    @Test
    func `a waiting consumer is woken by a delivery`() async throws {
        let queue = MessageQueue<Int>(limits: SubscriptionBuffer())
        async let received = queue.next()
        queue.deliver(try messages(["a"]), from: 1)
        #expect(payloads(try await received) == ["a"])
    }

    @Test
    func `a canceled consumer gets an error, and the queue remains usable`() async throws {
        let queue = MessageQueue<Int>(limits: SubscriptionBuffer())
        let task = Task { try await queue.next() }
        task.cancel()
        await #expect(throws: NATSError(.canceled, "the task was canceled")) { try await task.value }
        queue.deliver(try messages(["a"]), from: 1)
        #expect(payloads(try await queue.next()) == ["a"])
    }

    @Test
    func `dropNewest keeps the waiting messages and counts the dropped ones exactly`() async throws {
        let episodes = Mutex<[SlowConsumerEpisode]>([])
        let queue = MessageQueue<Int>(limits: SubscriptionBuffer(messages: 3, overflow: .dropNewest)) { episode in
            episodes.withLock { $0.append(episode) }
        }
        #expect(queue.deliver(try messages(["a", "b"]), from: 1) == 0)
        #expect(queue.deliver(try messages(["c", "d", "e"]), from: 1) == 2)
        #expect(queue.deliver(try messages(["f"]), from: 1) == 1)
        #expect(queue.dropped == 3)
        #expect(episodes.withLock { $0 } == [.began], "one episode, reported once")
        #expect(payloads(try await queue.next()) == ["a", "b"])
        #expect(episodes.withLock { $0 } == [.began, .ended(dropped: 3)], "the buffer is at most half full")
        #expect(payloads(try await queue.next()) == ["c"])
        queue.deliver(try messages(["g"]), from: 1)
        queue.deliver(try messages(["h", "i", "j"]), from: 1)
        #expect(queue.dropped == 4)
        #expect(episodes.withLock { $0 }.count == 3)
    }

    @Test
    func `a consumer that stays near the limit is one episode, which ends when the queue is abandoned`() async throws {
        let episodes = Mutex<[SlowConsumerEpisode]>([])
        let queue = MessageQueue<Int>(limits: SubscriptionBuffer(messages: 10)) { episode in
            episodes.withLock { $0.append(episode) }
        }
        for _ in 0..<10 { queue.deliver(try messages(["x"]), from: 1) }
        for _ in 0..<5 {
            queue.deliver(try messages(["too much"]), from: 1)
            #expect(payloads(try await queue.next()) == ["x"])
            queue.deliver(try messages(["x"]), from: 1)
        }
        #expect(episodes.withLock { $0 } == [.began])
        queue.abandon()
        #expect(episodes.withLock { $0 } == [.began, .ended(dropped: 5)])
    }

    @Test
    func `a canceled consumer that has not returned yet does not block the next one`() async throws {
        for _ in 0..<1_000 {
            let queue = MessageQueue<Int>(limits: SubscriptionBuffer())
            let first = Task { try await queue.next() }
            first.cancel()
            async let second = queue.next()
            queue.deliver(try messages(["a"]), from: 1)
            // One of the consumers gets the batch. Neither waits forever, and nothing traps.
            queue.end(nil)
            let firstBatch = try? await first.value
            let batches = [firstBatch, try await second]
            #expect(batches.compactMap { payloads($0) } == [["a"]])
        }
    }

    @Test
    func `dropOldest keeps the newest messages in order`() async throws {
        let queue = MessageQueue<Int>(limits: SubscriptionBuffer(messages: 3, overflow: .dropOldest))
        queue.deliver(try messages(["a", "b"]), from: 1)
        queue.deliver(try messages(["c", "d"]), from: 2)
        #expect(queue.dropped == 1)
        let first = try await queue.next()
        #expect(payloads(first) == ["b"])
        #expect(first?.source == 1)
        #expect(payloads(try await queue.next()) == ["c", "d"])
    }

    @Test
    func `fail delivers the waiting messages and ends with an error`() async throws {
        let queue = MessageQueue<Int>(limits: SubscriptionBuffer(messages: 2, overflow: .fail))
        queue.deliver(try messages(["a", "b", "c"]), from: 1)
        queue.deliver(try messages(["d"]), from: 1)
        #expect(payloads(try await queue.next()) == ["a", "b"])
        #expect(queue.failure?.code == .slowConsumer)
        let error = await #expect(throws: NATSError.self) { try await queue.next() }
        #expect(error?.code == .slowConsumer)
        #expect(queue.failure == nil)
        #expect(try await queue.next() == nil, "the error is thrown once")
    }

    @Test
    func `the number of bytes is bounded too`() throws {
        let queue = MessageQueue<Int>(limits: SubscriptionBuffer(messages: 100, bytes: 250, overflow: .dropNewest))
        queue.deliver(try messages([String(repeating: "x", count: 99), String(repeating: "y", count: 99)]), from: 1)
        queue.deliver(try messages([String(repeating: "z", count: 99), "tiny"]), from: 1)
        #expect(queue.dropped == 2, "messages after a dropped message in the same batch are dropped too")
    }
}
