import Synchronization

/// How far a benchmark is, to end one that gets nowhere any more.
final class BenchProgress: Sendable {
    private let done = Atomic(0)

    /// How often something was done.
    var count: Int { done.load(ordering: .relaxed) }

    /// Notes that something more was done.
    func advance(by count: Int = 1) {
        done.add(count, ordering: .relaxed)
    }

    /// The same in a loop that may never wait, and so would never hear of its end.
    func advanceUnlessCanceled(by count: Int) throws {
        try Task.checkCancellation()
        advance(by: count)
    }

    /// Returns only by an error.
    /// - Throws: ``CommandFailure`` when nothing was done for that long.
    func watch(limit: Duration, of work: String) async throws {
        while true {
            let before = count
            try await Task.sleep(for: limit)
            guard count != before else {
                throw CommandFailure.failed(
                    "nothing moved for \(limit.components.seconds) s after about \(before) of \(work); is the server still there? "
                        + "`roulette status` shows it"
                )
            }
        }
    }

    /// Runs `body` as long as it gets on.
    func guarding<Result: Sendable>(
        limit: Duration,
        of work: String,
        _ body: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask { try await body() }
            group.addTask {
                try await self.watch(limit: limit, of: work)
                return nil
            }
            defer { group.cancelAll() }
            while let result = try await group.next() { if let result { return result } }
            throw CancellationError()
        }
    }
}
