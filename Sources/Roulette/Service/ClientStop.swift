import Locking
import RouletteNATS

/// The end of a running client: by graceful shutdown, by cancellation, or by both.
final class ClientStop: Sendable {
    private enum State {
        case running
        case draining(Drain, Task<Void, Never>)
        case canceled
    }

    private let client: RouletteClient
    private let state = Mutex(State.running)

    init(of client: RouletteClient) {
        self.client = client
    }

    /// Runs all connections until they are closed.
    ///
    /// The connections run in a task of their own, which this call waits for, because a canceled drain still needs them.
    func runConnections() async {
        let connections = Task { [client] in
            await withTaskGroup { group in
                for pool in client.pools { group.addTask { await pool.run(clock: client.clock) } }
            }
        }
        await withTaskCancellationHandler {
            await connections.value
        } onCancel: {
            cancel()
        }
        // The drain closes the connections when it is complete. If close() was faster, there is nothing left to wait for.
        guard case .draining(let drain, let task) = state.withLock({ $0 }) else { return }
        drain.end()
        await task.value
    }

    /// Drains the client, then closes it.
    func drain() {
        client.shutdown.begin()
        state.withLock { state in
            guard case .running = state else { return }
            let drain = client.beginDrain(timeout: client.configuration.drainTimeout)
            let task = Task { [client] in
                await drain.run()
                _ = client.finish(drain)
            }
            state = .draining(drain, task)
        }
    }

    private func cancel() {
        let drain: Drain? = state.withLock { state in
            if case .draining(let drain, _) = state { return drain }
            state = .canceled
            return nil
        }
        if let drain { drain.hurry(timeout: client.configuration.drainTimeout) } else { client.close() }
    }
}
