/// A TCP server that runs a script of the test, for example to answer wrongly, in pieces, too late or not at all.
///
/// ```swift
/// let server = try await ScriptedServer.start { connection in
///     try await connection.send("INFO {\"max_payload\":1048576}\r\n")
///     try await connection.expect("CONNECT")
///     try await connection.send(Array("PONG\r\n".utf8), inChunksOf: 1)
///     try await connection.reset()
/// }
/// ```
package final class ScriptedServer: Sendable {
    /// Handles one connection. The index is the number of earlier connections.
    ///
    /// The connection is closed when the script returns. End with ``TCPConnection/waitUntilEnded(within:)`` to keep it open
    /// and silent.
    package typealias Script = @Sendable (_ connection: TCPConnection, _ index: Int) async throws -> Void

    private struct State: Sendable, CustomStringConvertible {
        var connections: [TCPConnection] = []
        var scripts: [Task<Void, any Error>] = []

        var description: String { "\(self.connections.count) connections" }
    }

    private let listener: TCPListener
    private let state: Watched<State>

    private init(listener: TCPListener, state: Watched<State>) {
        self.listener = listener
        self.state = state
    }

    /// The port of the server.
    package var port: Int { self.listener.port }

    /// Listens on 127.0.0.1 and runs the script for every connection.
    ///
    /// - Parameters:
    ///   - port: Nil for any free port.
    ///   - tls: Encrypts connections from their first byte.
    ///   - script: The script, run once for each connection.
    package static func start(
        port: Int? = nil,
        tls: TLSTermination? = nil,
        _ script: @escaping Script
    ) async throws -> ScriptedServer {
        let state = Watched(State())
        let listener = try await TCPListener.listen(port: port, tls: tls) { connection in
            state.update { state in
                let index = state.connections.count
                state.connections.append(connection)
                state.scripts.append(
                    Task {
                        do {
                            try await script(connection, index)
                            await connection.close()
                        } catch {
                            await connection.close()
                            throw error
                        }
                    }
                )
            }
        }
        return ScriptedServer(listener: listener, state: state)
    }

    /// Like ``start(port:_:)``, with the same script for all connections.
    package static func start(
        _ script: @escaping @Sendable (_ connection: TCPConnection) async throws -> Void
    ) async throws -> ScriptedServer {
        try await Self.start { connection, _ in try await script(connection) }
    }

    /// All connections so far, in the order of acceptance. Their received bytes are kept after they end.
    package var connections: [TCPConnection] { self.state.value.connections }

    /// Waits for the connection with this index, counted from zero.
    package func connection(_ index: Int, within limit: Duration = .waitLimit) async throws -> TCPConnection {
        try await self.state.wait(for: "connection number \(index)", within: limit) { state in
            state.connections.indices.contains(index) ? state.connections[index] : nil
        }
    }

    /// Waits for the script of this connection to end.
    ///
    /// - Throws: The error of the script, for example if an expected line did not arrive.
    package func scriptEnded(_ index: Int, within limit: Duration = .waitLimit) async throws {
        _ = try await self.connection(index, within: limit)
        try await self.state.value.scripts[index].value
    }

    /// Stops listening and closes all connections.
    package func close() async {
        await self.listener.close()
        let state = self.state.value
        for script in state.scripts { script.cancel() }
        for connection in state.connections { await connection.close() }
        for script in state.scripts { _ = await script.result }
    }

    /// Performs the usual beginning of a NATS connection, up to the PONG that ends the handshake.
    ///
    /// - Parameters:
    ///   - connection: A new connection.
    ///   - info: Additional fields of INFO, as JSON: `"auth_required":true`.
    /// - Returns: The CONNECT line from the client.
    @discardableResult
    package static func handshake(_ connection: TCPConnection, info: String = "") async throws -> String {
        let fields = """
            "server_id":"SCRIPTED","server_name":"scripted","version":"2.9.10","proto":1,"headers":true,\
            "max_payload":1048576\(info.isEmpty ? "" : ",")\(info)
            """
        try await connection.send("INFO {\(fields)}\r\n")
        let connect = try await connection.expect("CONNECT ")
        try await connection.expect("PING")
        try await connection.send("PONG\r\n")
        return connect
    }
}
