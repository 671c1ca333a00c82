import UnixSignals

/// Runs `body` until it ends or the operator stops the program (^C, SIGTERM or SIGHUP), in which case it is canceled.
///
/// - Returns: whether it was stopped.
func untilStopped(_ body: @escaping @Sendable () async throws -> Void) async throws -> Bool {
    try await withThrowingTaskGroup(of: Bool.self) { group in
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm, .sighup)
        group.addTask {
            for await _ in signals { return true }
            return false
        }
        group.addTask {
            try await body()
            return false
        }
        defer { group.cancelAll() }
        return try await group.next() ?? false
    }
}
