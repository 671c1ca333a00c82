import Locking
import NIOCore

/// The targets and the open connections of a forwarder.
final class ForwardedConnections: Sendable {
    private struct State {
        var targets: [Int]
        /// The number of connections so far, which determines the next target.
        var count = 0
        var isFrozen = false
        var channels: [ObjectIdentifier: any Channel] = [:]
    }

    private let state: Mutex<State>
    let patience: TimeAmount

    init(targets: [Int], patience: TimeAmount) {
        state = Mutex(State(targets: targets))
        self.patience = patience
    }

    var isFrozen: Bool { state.withLock(\.isFrozen) }

    /// Returns the targets in the order to try them for the next connection.
    func nextTargets() -> [Int] {
        state.withLock { state in
            guard !state.targets.isEmpty else { return [] }
            let first = state.count % state.targets.count
            state.count += 1
            return Array(state.targets[first...] + state.targets[..<first])
        }
    }

    /// Adds the two sides of a connection.
    /// - Returns: Whether its target is still one. If not, the caller closes the connection.
    func add(_ sides: [any Channel], target: Int) -> Bool {
        let isFrozen: Bool? = state.withLock { state in
            guard state.targets.contains(target) else { return nil }
            for side in sides { state.channels[ObjectIdentifier(side)] = side }
            return state.isFrozen
        }
        guard let isFrozen else { return false }
        for side in sides {
            side.closeFuture.whenComplete { [self] _ in
                state.withLock { _ = $0.channels.removeValue(forKey: ObjectIdentifier(side)) }
            }
            side.setOption(.autoRead, value: !isFrozen).whenFailure { _ in }
        }
        return true
    }

    func lead(to targets: [Int]) {
        let channels = state.withLock { state in
            state.targets = targets
            return Array(state.channels.values)
        }
        for channel in channels { channel.close(promise: nil) }
    }

    func setFrozen(_ isFrozen: Bool) {
        let channels = state.withLock { state in
            state.isFrozen = isFrozen
            return Array(state.channels.values)
        }
        for channel in channels { channel.setOption(.autoRead, value: !isFrozen).whenFailure { _ in } }
    }
}
