import Locking

/// How to stop what runs under a number.
final class StopSignals: Sendable {
    private let continuations = Mutex<[Int: AsyncStream<Void>.Continuation]>([:])

    /// A stream that ends when the number is stopped. Made before its task begins, so that no stop comes too early.
    func make(_ id: Int) -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        continuations.withLock { $0[id] = continuation }
        return stream
    }

    /// Stops what runs under the number, if it still does. Also called at its end, so that nothing is left of it.
    func stop(_ id: Int) {
        continuations.withLock { $0.removeValue(forKey: id) }?.finish()
    }
}

/// Runs `body` until it is over or the stream ends, which cancels it.
/// - Returns: What `body` made of it in either case.
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
            // Whichever comes first, the other has nothing left to do.
            group.cancelAll()
        }
        return result
    }
}
