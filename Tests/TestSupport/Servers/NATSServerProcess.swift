import Foundation

/// A `nats-server` process on ports that the kernel chooses.
///
/// It never outlives the test process. Its configuration and log are in ``directory``, which ``stop()`` deletes.
package final class NATSServerProcess: Sendable {
    /// The ports of a running server.
    package struct Ports: Sendable, Hashable {
        package let client: Int
        /// The port for HTTP monitoring, if it is enabled.
        package let monitoring: Int?
        /// The port for routes, if the server belongs to a cluster.
        package let route: Int?
    }

    private struct State: Sendable {
        var process: ChildProcess?
    }

    package let configuration: NATSServerConfiguration
    /// The ports of the server. They do not change on ``restart()``.
    package let ports: Ports
    /// Contains `server.conf`, `server.log` and the output of the server, `server.out`.
    package let directory: TemporaryDirectory
    private let state: Watched<State>

    private init(
        configuration: NATSServerConfiguration,
        ports: Ports,
        directory: TemporaryDirectory,
        process: ChildProcess
    ) {
        self.configuration = configuration
        self.ports = ports
        self.directory = directory
        self.state = Watched(State(process: process))
    }

    /// The port for clients.
    package var port: Int { self.ports.client }

    /// The address that clients connect to, as `host:port`.
    package var address: String { "127.0.0.1:\(self.port)" }

    /// Starts a server. Returns when it accepts connections.
    ///
    /// - Throws: ``ProgramNotFoundError``, or ``NATSServerError`` with the server's log.
    package static func start(
        _ configuration: NATSServerConfiguration = NATSServerConfiguration()
    ) async throws -> NATSServerProcess {
        let directory = try TemporaryDirectory(for: "nats-server")
        do {
            for _ in 1..<Self.routePortAttempts {
                do {
                    return try await Self.start(configuration, in: directory)
                } catch let error as NATSServerError where error.log.contains("address already in use") {
                    // Another program uses the chosen port for routes.
                    try? FileManager.default.removeItem(atPath: "\(directory.path)/server.log")
                }
            }
            return try await Self.start(configuration, in: directory)
        } catch {
            // The error has a copy of the log.
            try? directory.remove()
            throw error
        }
    }

    private static func start(
        _ configuration: NATSServerConfiguration,
        in directory: TemporaryDirectory
    ) async throws -> NATSServerProcess {
        let (process, ports) = try await Self.launch(configuration, ports: nil, in: directory)
        return NATSServerProcess(configuration: configuration, ports: ports, directory: directory, process: process)
    }

    /// Passes a server to `body` and stops it afterwards. If `body` throws, the server's log is printed and kept.
    package static func withServer<Result: Sendable>(
        _ configuration: NATSServerConfiguration = NATSServerConfiguration(),
        _ body: (NATSServerProcess) async throws -> Result
    ) async throws -> Result {
        let server = try await Self.start(configuration)
        do {
            let result = try await body(server)
            await server.stop()
            return result
        } catch {
            let log = "log of nats-server \(server.address), kept in \(server.directory.path):\n\(server.log)\n"
            FileHandle.standardError.write(Data(log.utf8))
            server.kill()
            throw error
        }
    }

    // MARK: Faults

    /// Ends the server (SIGTERM), waits for its end and deletes its directory. Does nothing if it has ended.
    package func stop() async {
        await self.end(with: SIGTERM)
        try? self.directory.remove()
    }

    /// Ends the server (SIGTERM) and waits for its end, but keeps its directory for ``restart()`` and ``log``.
    package func shutDown() async {
        await self.end(with: SIGTERM)
    }

    /// Ends the server immediately (SIGKILL), like a crash. ``restart()`` starts it again.
    package func kill() {
        self.signal(SIGKILL)
    }

    /// Freezes the server (SIGSTOP). When this returns, its connections are open and silent.
    package func pause() {
        self.state.value.process?.pause()
    }

    /// Resumes a frozen server (SIGCONT).
    package func resume() {
        self.signal(SIGCONT)
    }

    /// Starts lame-duck mode (SIGUSR2): the server asks its clients to move and then ends.
    package func enterLameDuckMode() {
        self.signal(SIGUSR2)
    }

    /// Ends the server if it runs and starts it again on the same ports. Returns when it accepts connections.
    package func restart() async throws {
        await self.end(with: SIGTERM)
        let (process, _) = try await Self.launch(self.configuration, ports: self.ports, in: self.directory)
        self.state.update { $0.process = process }
    }

    /// Makes the server load another configuration (SIGHUP), like an operator who changes permissions.
    ///
    /// Returns when the signal has been sent. Only the effects on clients show when the server has loaded it.
    package func reload(_ configuration: NATSServerConfiguration) throws {
        try configuration.text(ports: nil, routePort: self.ports.route, directory: self.directory.path)
            .write(toFile: "\(self.directory.path)/server.conf", atomically: true, encoding: .utf8)
        self.signal(SIGHUP)
    }

    /// Whether the process is running. A frozen process is running.
    package var isRunning: Bool { self.state.value.process?.isRunning ?? false }

    /// Everything that the server logged or printed, across all restarts.
    package var log: String { Self.readLog(in: self.directory) }

    private func signal(_ signal: Int32) {
        self.state.value.process?.signal(signal)
    }

    private func end(with signal: Int32) async {
        guard let process = self.state.value.process else { return }
        process.signal(signal)
        // A frozen process handles no other signal but this one and SIGKILL.
        process.signal(SIGCONT)
        do {
            _ = try await process.waitForExit(within: .seconds(10))
        } catch {
            process.signal(SIGKILL)
            _ = try? await process.waitForExit()
        }
    }
}

// MARK: Starting

extension NATSServerProcess {
    /// The time limit for starting on a busy machine.
    private static let startLimit = Duration.seconds(30)
    /// The number of ports for routes to try before all are considered in use.
    private static let routePortAttempts = 20

    private static func launch(
        _ configuration: NATSServerConfiguration,
        ports: Ports?,
        in directory: TemporaryDirectory
    ) async throws -> (ChildProcess, Ports) {
        let program = try NATSServerProgram.path()
        let file = "\(directory.path)/server.conf"
        try configuration.text(ports: ports, directory: directory.path)
            .write(toFile: file, atomically: true, encoding: .utf8)
        // Receives configuration errors, which the server reports before it opens its log.
        let output = open("\(directory.path)/server.out", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard output >= 0 else { throw SystemCallError("open server.out") }
        defer { close(output) }
        let process = try ChildProcess(
            path: program,
            arguments: ["--config", file],
            environment: ProcessInfo.processInfo.environment,
            streams: .descriptors(input: nil, output: output, error: output)
        )
        let found = try await Self.waitForPorts(of: process, in: directory)
        // The listener is open. A server that begins with TLS sends nothing to a client that only listens.
        if configuration.tls?.handshakeFirst != "true" {
            try await Self.waitForInfo(port: found.client, in: directory)
        }
        return (process, found)
    }

    /// Waits for the file with the server's ports. The server writes it when all its listeners are open, so this polls for
    /// the file.
    private static func waitForPorts(of process: ChildProcess, in directory: TemporaryDirectory) async throws -> Ports {
        let path = "\(directory.path)/nats-server_\(process.pid).ports"
        let deadline = ContinuousClock.now + Self.startLimit
        while ContinuousClock.now < deadline {
            guard process.isRunning else {
                throw NATSServerError(reason: "nats-server ended while it started", log: Self.readLog(in: directory))
            }
            // The file may exist and be incomplete.
            if let data = FileManager.default.contents(atPath: path),
                let written = try? JSONDecoder().decode(PortsFile.self, from: data), let ports = written.ports
            {
                return ports
            }
            try await Task.sleep(for: .milliseconds(5))
        }
        process.signal(SIGKILL)
        throw NATSServerError(
            reason: "nats-server was not ready after \(Self.startLimit)",
            log: Self.readLog(in: directory)
        )
    }

    private static func waitForInfo(port: Int, in directory: TemporaryDirectory) async throws {
        do {
            let connection = try await TCPConnection.connect(port: port)
            try await connection.expect("INFO ", within: Self.startLimit)
            await connection.close()
        } catch {
            throw NATSServerError(
                reason: "nats-server does not answer on port \(port): \(error)",
                log: Self.readLog(in: directory)
            )
        }
    }

    private static func readLog(in directory: TemporaryDirectory) -> String {
        let files = ["server.out", "server.log"].map { FileManager.default.contents(atPath: "\(directory.path)/\($0)") }
        return files.map { String(decoding: $0 ?? Data(), as: UTF8.self) }.joined()
    }

    /// The file of `ports_file_dir`: lists of URLs.
    private struct PortsFile: Decodable {
        let nats: [String]?
        let monitoring: [String]?
        let cluster: [String]?

        var ports: Ports? {
            guard let client = Self.port(self.nats) else { return nil }
            return Ports(client: client, monitoring: Self.port(self.monitoring), route: Self.port(self.cluster))
        }

        private static func port(_ urls: [String]?) -> Int? {
            urls?.first.flatMap { $0.split(separator: ":").last }.flatMap { Int($0) }
        }
    }
}

/// A server failed to start.
package struct NATSServerError: Error, CustomStringConvertible {
    package let reason: String
    package let log: String

    package var description: String { "\(self.reason). Its log:\n\(self.log)" }
}
