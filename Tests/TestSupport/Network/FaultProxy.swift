/// A TCP proxy that a test makes misbehave while connections run through it.
package final class FaultProxy: Sendable {
    /// Which way bytes flow.
    package enum Direction: Sendable, CaseIterable {
        case toServer, toClient
    }

    /// What happens to bytes that flow one way. Applies to each chunk as it arrives.
    package struct Behavior: Sendable {
        /// Added before each chunk is passed on, in real time.
        package var delay: Duration = .zero
        /// The most bytes to write at once; nil passes chunks on as they came.
        package var chunkSize: Int?
        /// After so many bytes of a connection, counted from its beginning, all others vanish; zero: from now on.
        package var blackHoleAfter: Int?

        package init(delay: Duration = .zero, chunkSize: Int? = nil, blackHoleAfter: Int? = nil) {
            self.delay = delay
            self.chunkSize = chunkSize
            self.blackHoleAfter = blackHoleAfter
        }

        /// Passes everything on.
        package static let faithful = Behavior()
        /// Lets everything vanish, as a network does whose cable was pulled.
        package static let blackHole = Behavior(blackHoleAfter: 0)
    }

    private struct Pair: Sendable {
        let client: TCPConnection
        let server: TCPConnection
    }

    private struct State: Sendable, CustomStringConvertible {
        var toServer = Behavior.faithful
        var toClient = Behavior.faithful
        /// New connections are closed at once.
        var refuses = false
        /// Where new connections are passed on to, in turn.
        var targets: [Int]
        var clients: [TCPConnection] = []
        var accepted: Int { self.clients.count }
        var pairs: [Pair] = []
        var tasks: [Task<Void, Never>] = []

        var description: String { "\(self.accepted) connections accepted, \(self.pairs.count) passed on" }
    }

    private let listener: TCPListener
    private let state: Watched<State>

    private init(listener: TCPListener, state: Watched<State>) {
        self.listener = listener
        self.state = state
    }

    /// The port that clients connect to; the kernel chose it.
    package var port: Int { self.listener.port }

    /// How many connections were accepted so far.
    package var accepted: Int { self.state.value.accepted }

    /// Every byte that clients sent, for each connection in the order in which they were accepted. With `tls` it is the
    /// plain text.
    package var sentByClients: [[UInt8]] { self.state.value.clients.map(\.inbound.value.bytes) }

    /// Listens on 127.0.0.1 and passes every connection on to a port of the same machine.
    ///
    /// - Parameters:
    ///   - targets: The ports of the servers behind the proxy, which take turns.
    ///   - tls: Ends the encryption of clients here, as a load balancer does; the server behind gets plain text.
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

    /// Changes what happens to bytes of all connections, now and later.
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

    /// Passes new connections on to another port, as a load balancer does that takes a node out.
    package func retarget(to target: Int) {
        self.state.update { $0.targets = [target] }
    }

    /// Waits until so many connections were accepted in all.
    package func accepted(atLeast count: Int, within limit: Duration = .waitLimit) async throws {
        try await self.state.wait(for: "\(count) connections accepted by the proxy", within: limit) { state in
            state.accepted >= count ? () : nil
        }
    }

    /// Has new connections accepted and closed at once, as a load balancer does that has nothing behind it.
    package func setRefusing(_ refuses: Bool) {
        self.state.update { $0.refuses = refuses }
    }

    /// Resets all connections on both sides.
    package func reset() async throws {
        for pair in self.takePairs() {
            try await pair.client.reset()
            // The end of the one may have closed the other by now.
            try? await pair.server.reset()
        }
    }

    /// Closes all connections on both sides in the ordinary way.
    package func closeConnections() async {
        for pair in self.takePairs() {
            await pair.client.close()
            await pair.server.close()
        }
    }

    /// Sends the end of the stream one way on all connections; the other way goes on.
    package func halfClose(_ direction: Direction) async throws {
        for pair in self.state.value.pairs {
            switch direction {
            case .toServer: try await pair.server.closeOutput()
            case .toClient: try await pair.client.closeOutput()
            }
        }
    }

    /// Waits until so many connections are passed on at the same time.
    package func connections(atLeast count: Int, within limit: Duration = .waitLimit) async throws {
        try await self.state.wait(for: "\(count) connections through the proxy", within: limit) { state in
            state.pairs.count >= count ? () : nil
        }
    }

    /// Stops listening and closes all connections.
    ///
    /// It does not wait for what is still being passed on: a test must not hang on the end of its own tools.
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

    // MARK: Passing on

    private static func serve(_ client: TCPConnection, target: Int, state: Watched<State>) async {
        // A server that is not there looks to the client like one that closes at once.
        guard let server = try? await TCPConnection.connect(port: target) else { return await client.close() }
        state.update { $0.pairs.append(Pair(client: client, server: server)) }
        async let toServer: Void = Self.pump(from: client, to: server) { state.value.toServer }
        async let toClient: Void = Self.pump(from: server, to: client) { state.value.toClient }
        _ = await (toServer, toClient)
        await client.close()
        await server.close()
        state.update { $0.pairs.removeAll { $0.client === client } }
    }

    /// Passes bytes on until the source ends, then the end itself.
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
            // In a black hole the end of a stream vanishes too.
            if behavior().blackHoleAfter.map({ passed < $0 }) ?? true { try await sink.closeOutput() }
        } catch {
            // The sink is gone or the proxy closes: the source has to learn it.
            await source.close()
        }
    }
}
