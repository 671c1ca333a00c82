extension Duration {
    /// The default interval between two checks of ``poll(for:every:within:last:_:)``.
    package static let pollInterval: Duration = .milliseconds(20)
}

/// Checks repeatedly until a value exists. For changes that cause no event, such as the contents of a file or the state of
/// another process. Use ``Watched`` for values of the test itself.
///
/// - Parameters:
///   - what: Completes the message "timed out waiting for …".
///   - interval: The pause between two checks.
///   - limit: The maximum real time to wait.
///   - last: Describes the state at the time limit.
///   - attempt: Returns the value, or `nil` to continue.
/// - Throws: ``WaitTimeoutError`` at the time limit, and the errors of `attempt`.
package func poll<Value>(
    for what: String,
    every interval: Duration = .pollInterval,
    within limit: Duration = .waitLimit,
    last: () async throws -> String = { "none" },
    _ attempt: () async throws -> Value?
) async throws -> Value {
    let deadline = ContinuousClock.now + limit
    while true {
        if let value = try await attempt() { return value }
        guard ContinuousClock.now < deadline else {
            throw WaitTimeoutError(what: what, limit: limit, last: try await last())
        }
        try await Task.sleep(for: interval)
    }
}

/// Checks repeatedly until a condition is true. See ``poll(for:every:within:last:_:)``.
package func poll(
    until what: String,
    every interval: Duration = .pollInterval,
    within limit: Duration = .waitLimit,
    last: () async throws -> String = { "none" },
    _ condition: () async throws -> Bool
) async throws {
    try await poll(for: what, every: interval, within: limit, last: last) { try await condition() ? () : nil }
}
