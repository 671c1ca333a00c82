import CommandSupport
import Synchronization

/// The progress of a benchmark. It ends a benchmark that makes no progress.
final class BenchProgress: Sendable {
    private let done = Atomic(0)

    /// How many steps were done.
    var count: Int { done.load(ordering: .relaxed) }

    /// Adds steps that were done.
    func advance(by count: Int = 1) {
        done.add(count, ordering: .relaxed)
    }

    /// The same for a loop that may never suspend and so would not notice its cancellation.
    func advanceUnlessCanceled(by count: Int) throws {
        try Task.checkCancellation()
        advance(by: count)
    }

    /// Waits until no step is done for the time limit.
    /// - Throws: ``CommandFailure`` then.
    func watch(limit: Duration, of work: String) async throws {
        while true {
            let before = count
            try await Task.sleep(for: limit)
            guard count != before else {
                throw CommandFailure.failed(
                    "no progress for \(limit.components.seconds) s after about \(before) of \(work); is the server still there? "
                        + "`roulette status` shows it"
                )
            }
        }
    }

    /// Runs `body` as long as it makes progress.
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
