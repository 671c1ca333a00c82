import NATSWire
import NIOCore
import Testing

@testable import RouletteNATS

/// When a drain considers a consumer done, and what it reports otherwise.
@Suite("What a consumer has not finished", .timeLimit(.minutes(1)))
struct ConsumerTests {
    private let consumers = Consumers()

    private func queue() -> MessageQueue<Int> {
        MessageQueue(limits: SubscriptionBuffer(), of: "orders", among: consumers)
    }

    private func messages(_ count: Int, reply: String = "") throws -> [WireMessage] {
        var sink = Collector()
        var parser = OperationParser()
        try parser.parse(ByteBuffer(string: String(repeating: "MSG t 1 \(reply)1\r\nx\r\n", count: count)), into: &sink)
        return sink.messages
    }

    private func isDone() -> Bool {
        let waiter = Waiter()
        consumers.whenDone(waiter)
        return waiter.isSettled
    }

    /// A drain has received everything that the servers have.
    private func end(_ queue: MessageQueue<Int>) { queue.end(nil) }

    @Test
    func `the batch in the hand of an iterator is counted until the consumer asks for the next one`() async throws {
        let queue = queue()
        queue.deliver(try messages(3), from: 1)
        let loop = queue.iterate()
        _ = try await queue.next(loop.hand)
        end(queue)
        #expect(queue.backlog == ConsumerBacklog(pattern: "orders", waiting: 2, inHand: 1, isDone: false))
        #expect(!isDone())
        // The iterator hands out the second message, which finishes the first.
        loop.hand.hold(2)
        #expect(queue.backlog.waiting == 1)
        loop.hand.hold(1)
        #expect(queue.backlog == ConsumerBacklog(pattern: "orders", waiting: 0, inHand: 1, isDone: false))
        #expect(try await queue.next(loop.hand) == nil)
        #expect(isDone())
        #expect(consumers.backlogs.isEmpty, "the consumer stays done")
    }

    @Test
    func `a consumer without an iterator has its whole batch in hand`() async throws {
        let queue = queue()
        queue.deliver(try messages(3), from: 1)
        _ = try await queue.next()
        end(queue)
        #expect(queue.backlog == ConsumerBacklog(pattern: "orders", waiting: 0, inHand: 3, isDone: false))
        #expect(try await queue.next() == nil)
        #expect(isDone())
    }

    @Test
    func `a consumer that has left its loop is done, and the messages that it left behind are counted`() async throws {
        let queue = queue()
        queue.deliver(try messages(3), from: 1)
        do {
            let loop = queue.iterate()
            _ = try await queue.next(loop.hand)
        }
        queue.deliver(try messages(1), from: 1)
        end(queue)
        #expect(isDone())
        #expect(queue.backlog == ConsumerBacklog(pattern: "orders", waiting: 3, inHand: 0, isDone: true))
        queue.cancel()
        #expect(queue.backlog.waiting == 0, "a canceled subscription is of no use")
        queue.abandon()
        #expect(consumers.backlogs.isEmpty)
    }

    @Test
    func `a consumer that comes back is waited for again`() async throws {
        let queue = queue()
        queue.deliver(try messages(1), from: 1)
        do { _ = queue.iterate() }
        end(queue)
        #expect(isDone())
        let loop = queue.iterate()
        #expect(!isDone())
        _ = try await queue.next(loop.hand)
        #expect(try await queue.next(loop.hand) == nil)
        #expect(isDone())
    }

    @Test
    func `a subscription that nothing has iterated is done if it has no messages`() throws {
        let (idle, stuck) = (queue(), queue())
        stuck.deliver(try messages(2), from: 1)
        end(idle)
        #expect(!isDone())
        end(stuck)
        #expect(idle.backlog.isDone)
        #expect(stuck.backlog == ConsumerBacklog(pattern: "orders", waiting: 2, inHand: 0, isDone: false))
        stuck.abandon()
        #expect(isDone())
    }

    @Test
    func `a request is in hand until its message is released, in whatever task`() async throws {
        let queue = queue()
        queue.deliver(try messages(2, reply: "inbox.1 "), from: 1)
        let loop = queue.iterate()
        var batch = try await queue.next(loop.hand)
        let requests = try #require(batch?.requests)
        batch = nil
        end(queue)
        #expect(try await queue.next(loop.hand) == nil)
        #expect(!isDone())
        #expect(queue.backlog == ConsumerBacklog(pattern: "orders", waiting: 0, inHand: 1, isDone: false))
        withExtendedLifetime(requests) {}
    }

    @Test
    func `the last release of a request completes a drain`() async throws {
        let queue = queue()
        queue.deliver(try messages(1, reply: "inbox.1 "), from: 1)
        end(queue)
        let drained = Waiter()
        consumers.whenDone(drained)
        do {
            let batch = try await queue.next()
            #expect(try await queue.next() == nil)
            #expect(!drained.isSettled)
            withExtendedLifetime(batch) {}
        }
        #expect(drained.isSettled)
        #expect(consumers.backlogs.isEmpty)
    }

    @Test
    func `a closure is done when it returns, or when its loop was left`() async throws {
        let (finishing, leaving) = (queue(), queue())
        for queue in [finishing, leaving] {
            queue.beginClosure()
            queue.deliver(try messages(1), from: 1)
            end(queue)
        }
        let loop = finishing.iterate()
        _ = try await finishing.next(loop.hand)
        #expect(try await finishing.next(loop.hand) == nil)
        #expect(!finishing.backlog.isDone, "child tasks may not have finished")
        finishing.endClosure()
        #expect(finishing.backlog.isDone)
        do { _ = leaving.iterate() }
        #expect(leaving.backlog.isDone)
    }

    @Test
    func `the tasks that iterate, and the tasks of their closures, are consumers`() async throws {
        #expect(!consumers.includeCurrentTask)
        let queue = queue()
        queue.deliver(try messages(1), from: 1)
        _ = try await queue.next()
        #expect(consumers.includeCurrentTask)
        let consumers = consumers
        #expect(await Task { consumers.includeCurrentTask }.value == false)
        let ofClosure = await consumers.run {
            await withTaskGroup(of: Bool.self) { group in
                group.addTask { consumers.includeCurrentTask }
                return await group.next()
            }
        }
        #expect(ofClosure == true)
        queue.abandon()
        #expect(!consumers.includeCurrentTask)
    }

    @Test
    func `a queue that has ended resumes the calls that wait for its end`() async throws {
        let queue = queue()
        async let ended: Void = queue.waitForEnd()
        end(queue)
        try await ended
        try await queue.waitForEnd()
    }
}
