import TestSupport
import Testing

@Suite(.timeLimit(.minutes(2))) struct ManualClockTests {
    @Test func `sleepers wake in the order of their deadlines, and not before`() async throws {
        let clock = ManualClock()
        let woken = Watched<[Int]>([])
        await withThrowingTaskGroup(of: Void.self) { group in
            for seconds in [3, 1, 2] {
                group.addTask {
                    try await clock.sleep(for: .seconds(seconds))
                    woken.update { $0.append(seconds) }
                }
            }
            do {
                try await clock.sleepers(atLeast: 3)
                #expect(clock.deadlines.map(\.offset) == [.seconds(1), .seconds(2), .seconds(3)])

                clock.advance(by: .milliseconds(999))
                #expect(clock.deadlines.count == 3)
                clock.advance(by: .milliseconds(1))
                try await woken.wait(for: "the first") { $0 == [1] ? () : nil }

                #expect(try await clock.advanceToNextDeadline() == .seconds(1))
                try await woken.wait(for: "the second") { $0 == [1, 2] ? () : nil }
                #expect(try await clock.advanceToNextDeadline() == .seconds(1))
                try await woken.wait(for: "the third") { $0 == [1, 2, 3] ? () : nil }
            } catch {
                Issue.record(error)
                group.cancelAll()
            }
        }
        #expect(clock.now.offset == .seconds(3))
    }

    @Test func `a sleep until a past deadline returns immediately`() async throws {
        let clock = ManualClock()
        clock.advance(by: .seconds(5))
        try await clock.sleep(until: ManualClock.Instant(offset: .seconds(5)))
        #expect(clock.deadlines.isEmpty)
    }

    @Test func `cancelling a sleeper wakes it with an error`() async throws {
        let clock = ManualClock()
        let task = Task { try await clock.sleep(for: .seconds(1)) }
        try await clock.sleepers(atLeast: 1)
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(clock.deadlines.isEmpty)
    }
}

@Suite(.timeLimit(.minutes(2))) struct WatchedTests {
    @Test func `a wait that times out names the missing event`() async throws {
        let watched = Watched(41)
        let error = try await #require(throws: WaitTimeoutError.self) {
            try await watched.wait(for: "the answer", within: .milliseconds(1)) { $0 == 42 ? () : nil }
        }
        #expect(error.what == "the answer")
        #expect(error.last == "41")
    }

    @Test func `a waiter may remove the value that it waited for`() async throws {
        let watched = Watched([1])
        async let second = watched.wait(for: "two") { $0.count == 2 ? $0.removeLast() : nil }
        watched.update { $0.append(2) }
        #expect(try await second == 2)
        #expect(watched.value == [1])
    }
}
