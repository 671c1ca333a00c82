/// A TCP proxy that injects faults into connections.
package final class FaultProxy: Sendable {
    /// The direction of bytes.
    package enum Direction: Sendable, CaseIterable {
        case toServer, toClient
    }

    /// The treatment of bytes in one direction. Applies to each chunk as it arrives.
    package struct Behavior: Sendable {
        /// The delay before each chunk is forwarded, in real time.
        package var delay: Duration = .zero
        /// The maximum number of bytes per write; nil forwards chunks unchanged.
        package var chunkSize: Int?
        /// The number of bytes of a connection, counted from its beginning, after which all others are discarded; zero
        /// discards from now on.
        package var blackHoleAfter: Int?

        package init(delay: Duration = .zero, chunkSize: Int? = nil, blackHoleAfter: Int? = nil) {
            self.delay = delay
            self.chunkSize = chunkSize
            self.blackHoleAfter = blackHoleAfter
        }

        /// Forwards everything.
        package static let faithful = Behavior()
        /// Discards everything, like a network with a pulled cable.
        package static let blackHole = Behavior(blackHoleAfter: 0)
    }

    private struct Pair: Sendable {
        let client: TCPConnection
        let server: TCPConnection
    }

    private struct State: Sendable, CustomStringConvertible {
        var toServer = Behavior.faithful
        var toClient = Behavior.faithful
        /// Whether new connections are closed immediately.
        var refuses = false
        /// The ports that receive new connections, in turn.
        var targets: [Int]
        var clients: [TCPConnection] = []
        var accepted: Int { self.clients.count }
        var pairs: [Pair] = []
        var tasks: [Task<Void, Never>] = []

        var description: String { "\(self.accepted) connections accepted, \(self.pairs.count) forwarded" }
    }

    private let listener: TCPListener
    private let state: Watched<State>

    private init(listener: TCPListener, state: Watched<State>) {
        self.listener = listener
        self.state = state
    }

    /// The port that clients connect to, chosen by the kernel.
    package var port: Int { self.listener.port }

    /// The number of connections accepted so far.
    package var accepted: Int { self.state.value.accepted }

    /// All bytes from clients, for each connection in the order of acceptance. With `tls`, the plain text.
    package var sentByClients: [[UInt8]] { self.state.value.clients.map(\.inbound.value.bytes) }

    /// Listens on 127.0.0.1 and forwards every connection to a port of the same machine.
    ///
    /// - Parameters:
    ///   - targets: The ports of the servers behind the proxy, used in turn.
    ///   - tls: Terminates the encryption of clients, like a load balancer. The server receives plain text.
    package static func start(to targets: Int..., tls: TLSTermination? = nil) async throws -> FaultProxy {
        let state = Watched(State(targets: targets))
        let listener = try await TCPListener.listen(tls: tls) { client in
            state.update { current in
                let (refused, target) = (current.refuses, current.targets[current.accepted % current.targets.count])
                current.clients.append(client)
                current.tasks.append(
                    Task { refused ? await client.close() : await Self.serve(client, target: target, state: state) }
                )
            }
        }
        return FaultProxy(listener: listener, state: state)
    }

    // MARK: Faults

    /// Changes the treatment of bytes for all current and later connections.
    package func set(_ behavior: Behavior, _ directions: Direction...) {
        let directions = directions.isEmpty ? Direction.allCases : directions
        self.state.update { state in
            for direction in directions {
                switch direction {
                case .toServer: state.toServer = behavior
                case .toClient: state.toClient = behavior
                }
            }
        }
    }

    /// Forwards new connections to another port, like a load balancer that removes a node.
    package func retarget(to target: Int) {
        self.state.update { $0.targets = [target] }
    }

    /// Waits until this number of connections has been accepted in all.
    package func accepted(atLeast count: Int, within limit: Duration = .waitLimit) async throws {
        try await self.state.wait(for: "\(count) connections accepted by the proxy", within: limit) { state in
            state.accepted >= count ? () : nil
        }
    }

    /// Accepts new connections and closes them immediately, like a load balancer without a healthy node.
    package func setRefusing(_ refuses: Bool) {
        self.state.update { $0.refuses = refuses }
    }

    /// Resets all connections on both sides.
    package func reset() async throws {
        for pair in self.takePairs() {
            try await pair.client.reset()
            // Resetting one side may have closed the other already.
            try? await pair.server.reset()
        }
    }

    /// Closes all connections on both sides normally.
    package func closeConnections() async {
        for pair in self.takePairs() {
            await pair.client.close()
            await pair.server.close()
        }
    }

    /// Sends the end of the stream in one direction on all connections. The other direction continues.
    package func halfClose(_ direction: Direction) async throws {
        for pair in self.state.value.pairs {
            switch direction {
            case .toServer: try await pair.server.closeOutput()
            case .toClient: try await pair.client.closeOutput()
            }
        }
    }

    /// Waits until this number of connections is forwarded at the same time.
    package func connections(atLeast count: Int, within limit: Duration = .waitLimit) async throws {
        try await self.state.wait(for: "\(count) connections through the proxy", within: limit) { state in
            state.pairs.count >= count ? () : nil
        }
    }

    /// Stops listening and closes all connections.
    ///
    /// Does not wait for bytes that are still being forwarded, so that a test never hangs in its own tools.
    package func close() async {
        await self.listener.close()
        for task in self.state.value.tasks { task.cancel() }
        for pair in self.takePairs() {
            pair.client.channel.close(promise: nil)
            pair.server.channel.close(promise: nil)
        }
    }

    private func takePairs() -> [Pair] {
        self.state.update { state in
            defer { state.pairs = [] }
            return state.pairs
        }
    }

    // MARK: Forwarding

    private static func serve(_ client: TCPConnection, target: Int, state: Watched<State>) async {
        // To the client, an unreachable server looks like one that closes immediately.
        guard let server = try? await TCPConnection.connect(port: target) else { return await client.close() }
        state.update { $0.pairs.append(Pair(client: client, server: server)) }
        async let toServer: Void = Self.pump(from: client, to: server) { state.value.toServer }
        async let toClient: Void = Self.pump(from: server, to: client) { state.value.toClient }
        _ = await (toServer, toClient)
        await client.close()
        await server.close()
        state.update { $0.pairs.removeAll { $0.client === client } }
    }

    /// Forwards bytes until the source ends, then forwards the end.
    private static func pump(
        from source: TCPConnection,
        to sink: TCPConnection,
        behavior: @Sendable () -> Behavior
    ) async {
        var passed = 0
        do {
            while var chunk = try await source.nextChunk() {
                let behavior = behavior()
                if behavior.delay > .zero { try await Task.sleep(for: behavior.delay) }
                if let limit = behavior.blackHoleAfter { chunk = Array(chunk.prefix(max(0, limit - passed))) }
                passed += chunk.count
                try await sink.send(chunk, inChunksOf: behavior.chunkSize ?? .max)
            }
            // A black hole also discards the end of a stream.
            if behavior().blackHoleAfter.map({ passed < $0 }) ?? true { try await sink.closeOutput() }
        } catch {
            // The sink failed or the proxy closes, so the source must be closed.
            await source.close()
        }
    }
}
