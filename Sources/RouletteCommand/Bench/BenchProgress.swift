import CommandSupport
import Synchronization

/// The progress of a benchmark. It ends a benchmark that makes no progress.
final class BenchProgress: Sendable {
    private let done = Atomic(0)

    /// The number of completed steps.
    var count: Int { done.load(ordering: .relaxed) }

    /// Adds completed steps.
    func advance(by count: Int = 1) {
        done.add(count, ordering: .relaxed)
    }

    /// Adds completed steps in a loop that may never suspend. Throws if the task is canceled.
    func advanceUnlessCanceled(by count: Int) throws {
        try Task.checkCancellation()
        advance(by: count)
    }

    /// Waits until no step was completed within the time limit, and then throws.
    /// - Throws: ``CommandError`` if there is no progress, `CancellationError` if the task is canceled.
    func watch(limit: Duration, of work: String) async throws {
        while true {
            let before = count
            try await Task.sleep(for: limit)
            guard count != before else {
                throw CommandError.failed(
                    "no progress for \(limit.components.seconds) s after about \(before) of \(work); check with "
                        + "`roulette status` whether the server is up"
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
                try await watch(limit: limit, of: work)
                return nil
            }
            defer { group.cancelAll() }
            while let result = try await group.next() { if let result { return result } }
            throw CancellationError()
        }
    }
}
