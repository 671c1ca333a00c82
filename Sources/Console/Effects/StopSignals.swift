import Locking

/// Stops subscriptions and publishes by their numbers.
final class StopSignals: Sendable {
    private let continuations = Mutex<[Int: AsyncStream<Void>.Continuation]>([:])

    /// Returns a stream that ends when the number is stopped. Called before the task starts, so that no stop is lost.
    func make(_ id: Int) -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        continuations.withLock { $0[id] = continuation }
        return stream
    }

    /// Ends the stream of a number, if it exists. Tasks also call this when they finish, to remove the entry.
    func stop(_ id: Int) {
        continuations.withLock { $0.removeValue(forKey: id) }?.finish()
    }
}

/// Runs `body`, and cancels it when the stream ends.
/// - Returns: The result of `body`, also if it was canceled.
func withStopSignal<Result: Sendable>(
    _ stop: AsyncStream<Void>,
    _ body: @escaping @Sendable () async -> Result
) async -> Result? {
    await withTaskGroup(of: Result?.self) { group in
        group.addTask { await body() }
        group.addTask {
            for await _ in stop {}
            return nil
        }
        var result: Result?
        for await next in group {
            if let next { result = next }
            // When one task ends, the other one is no longer needed.
            group.cancelAll()
        }
        return result
    }
}
