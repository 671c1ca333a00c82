import Dispatch
import NATSWire
import NIOCore
import TestSupport
import Testing

@testable import RouletteNATS

/// No call may keep a thread of the concurrency pool for itself. Each test has one thread for two tasks.
@Suite("Calls let other tasks run", .timeLimit(.minutes(1)))
struct TurnTests {
    /// Runs tasks on one thread.
    private final class OneThread: TaskExecutor {
        private let queue = DispatchQueue(label: "one thread", attributes: .initiallyInactive)

        func start() { queue.activate() }

        func enqueue(_ job: consuming ExecutorJob) {
            let job = UnownedJob(job)
            queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
        }
    }

    /// Runs a loop and, on the same thread, a task that needs one turn.
    /// - Returns: The number of steps that the loop had taken when the other task ran.
    private func steps(of count: Int, _ step: @escaping @Sendable () async throws -> Void) async throws -> Int {
        let steps = Watched(0)
        let thread = OneThread()
        return try await withThrowingTaskGroup(of: Int?.self) { group in
            group.addTask(executorPreference: thread) {
                for _ in 0..<count {
                    try await step()
                    steps.update { $0 += 1 }
                }
                return nil
            }
            group.addTask(executorPreference: thread) { steps.value }
            thread.start()
            for try await result in group { if let result { return result } }
            return count
        }
    }

    private func messages() throws -> [WireMessage] {
        var sink = Collector()
        var parser = OperationParser()
        try parser.parse(ByteBuffer(string: String(repeating: "MSG t 1 1\r\nx\r\n", count: 100)), into: &sink)
        return sink.messages
    }

    @Test
    func `a loop of publishes`() async throws {
        var configuration = NATSClientConfiguration(address: .init(host: "127.0.0.1", port: 1))
        configuration.reconnectBufferSize = 1 << 20
        let client = try NATSClient(configuration: configuration)
        #expect(try await steps(of: 4_000) { try await client.publish("x", to: "a") } < 2_000)
    }

    @Test
    func `a loop over a subscription whose buffer is never empty`() async throws {
        let queue = MessageQueue<Int>(limits: SubscriptionBuffer())
        let messages = try messages()
        for _ in 0..<100 { queue.deliver(messages, from: 1) }
        #expect(try await steps(of: 100) { _ = try await queue.next() } < 50)
    }

    @Test
    func `a loop over events`() async throws {
        let broadcaster = EventBroadcaster<Int>()
        let events = broadcaster.listen(buffer: 1_000)
        for number in 0..<1_000 { broadcaster.send(number) }
        #expect(try await steps(of: 1_000) { _ = await events.next() } < 500)
    }
}
