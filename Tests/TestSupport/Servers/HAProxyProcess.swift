import Foundation

/// A HAProxy process: the load balancer in front of the servers of one cluster.
///
/// It keeps its port when it is killed and restarted, checks its servers by their `/healthz`, and accepts commands while it
/// runs. It never outlives the test process. Its configuration and log are in ``directory``, which ``stop()`` deletes.
package final class HAProxyProcess: Sendable {
    /// A server behind the balancer, identified by its ports on this machine.
    package struct Backend: Sendable, Hashable {
        package let port: Int
        /// The port of `/healthz`; nil without health checks.
        package let healthPort: Int?

        package init(port: Int, healthPort: Int? = nil) {
            self.port = port
            self.healthPort = healthPort
        }

        /// Creates a backend for a server, with health checks if it has monitoring.
        package init(_ server: NATSServerProcess) {
            self.init(port: server.port, healthPort: server.ports.monitoring)
        }
    }

    /// The settings of the balancer.
    package struct Settings: Sendable {
        /// The algorithm for new connections, as HAProxy names it: `roundrobin`, `leastconn`, `first` …
        package var balance = "roundrobin"
        /// The time between two health checks of a server.
        package var checkInterval: Duration = .milliseconds(100)
        /// The number of failed checks after which a server is removed.
        package var fall = 2
        /// The number of successful checks after which a server is added again.
        package var rise = 1
        /// The timeout for connecting to a server.
        package var connectTimeout: Duration = .seconds(1)
        /// The time without traffic after which a connection is closed.
        package var idleTimeout: Duration = .seconds(3_600)
        /// Whether a connection that its server refuses is tried on another server.
        package var redispatches = true
        /// Whether connections to a removed server are closed.
        package var cutsSessionsOfDownServers = true
        /// Additional lines for the backend, in HAProxy's language.
        package var extra = ""

        package init() {}
    }

    private struct State: Sendable {
        var process: ChildProcess?
        var backends: [Backend]
    }

    /// The maximum number of servers at a time.
    package static let capacity = 8

    /// The port that clients connect to. It does not change on ``restart()``.
    package let port: Int
    package let settings: Settings
    /// Contains `haproxy.cfg`, `haproxy.log` and the socket for commands.
    package let directory: TemporaryDirectory
    private let state: Watched<State>

    private init(port: Int, settings: Settings, directory: TemporaryDirectory, state: State) {
        self.port = port
        self.settings = settings
        self.directory = directory
        self.state = Watched(state)
    }

    /// The address that clients connect to, as `host:port`.
    package var address: String { "127.0.0.1:\(self.port)" }

    /// Starts a balancer. Returns when it accepts commands and forwards connections.
    ///
    /// - Parameters:
    ///   - backends: The servers behind it, at most ``capacity``.
    ///   - settings: The settings of the balancer.
    /// - Throws: ``ProgramNotFoundError`` with instructions for installation, or ``HAProxyError`` with the log.
    package static func start(
        to backends: [Backend],
        settings: Settings = Settings()
    ) async throws -> HAProxyProcess {
        let directory = try TemporaryDirectory(for: "haproxy")
        do {
            let listener = try ListeningSocket(port: nil)
            let process = try await Self.launch(on: listener, to: backends, settings, in: directory)
            let state = State(process: process, backends: backends)
            return HAProxyProcess(port: listener.port, settings: settings, directory: directory, state: state)
        } catch {
            // The error has a copy of the log.
            try? directory.remove()
            throw error
        }
    }

    /// Starts a balancer in front of all servers of a cluster.
    package static func start(to cluster: NATSCluster, settings: Settings = Settings()) async throws -> HAProxyProcess {
        try await Self.start(to: cluster.servers.map { Backend($0) }, settings: settings)
    }

    /// Passes a balancer to `body` and stops it afterwards. If `body` throws, the balancer's log is printed and kept.
    package static func withBalancer<Result: Sendable>(
        to backends: [Backend],
        settings: Settings = Settings(),
        _ body: (HAProxyProcess) async throws -> Result
    ) async throws -> Result {
        let balancer = try await Self.start(to: backends, settings: settings)
        do {
            let result = try await body(balancer)
            await balancer.stop()
            return result
        } catch {
            let log = "log of haproxy \(balancer.address), kept in \(balancer.directory.path):\n\(balancer.log)\n"
            FileHandle.standardError.write(Data(log.utf8))
            balancer.kill()
            throw error
        }
    }

    // MARK: Faults

    /// Ends the balancer and deletes its directory. Does nothing if it has ended.
    package func stop() async {
        self.kill()
        _ = try? await self.state.value.process?.waitForExit()
        try? self.directory.remove()
    }

    /// Ends the balancer immediately (SIGKILL), like a crash. Its port then refuses connections. ``restart()`` starts it
    /// again.
    package func kill() {
        self.state.value.process?.signal(SIGKILL)
    }

    /// Freezes the balancer (SIGSTOP). The kernel still accepts connections, but no data is forwarded.
    package func pause() {
        self.state.value.process?.pause()
    }

    /// Resumes a frozen balancer (SIGCONT).
    package func resume() {
        self.state.value.process?.signal(SIGCONT)
    }

    /// Ends the balancer if it runs and starts it again, on the same port and with its current servers.
    package func restart() async throws {
        self.kill()
        _ = try await self.state.value.process?.waitForExit()
        let listener = try ListeningSocket(port: self.port)
        let backends = self.state.value.backends
        let process = try await Self.launch(on: listener, to: backends, self.settings, in: self.directory)
        self.state.update { $0.process = process }
    }

    /// Whether the process is running. A frozen process is running.
    package var isRunning: Bool { self.state.value.process?.isRunning ?? false }

    /// Everything that the balancer logged or printed, across all restarts.
    package var log: String { Self.readLog(in: self.directory) }

    // MARK: Its servers

    /// The servers behind it.
    package var backends: [Backend] { self.state.value.backends }

    /// The connections that a server receives.
    package enum ServerState: String, Sendable {
        /// New connections, while it is healthy.
        case ready
        /// No new connections. Existing connections continue.
        case drain
        /// No new connections and no health checks.
        case maintenance = "maint"
    }

    /// Changes the state of a server, like an operator before an upgrade.
    package func set(_ backend: Backend, to state: ServerState) async throws {
        try await self.instruct("set server nodes/\(try self.name(of: backend)) state \(state.rawValue)")
    }

    /// Closes all connections to a server.
    package func cutSessions(of backend: Backend) async throws {
        try await self.instruct("shutdown sessions server nodes/\(try self.name(of: backend))")
    }

    /// Replaces the servers. Connections to removed servers continue.
    package func setBackends(_ backends: [Backend]) async throws {
        precondition(backends.count <= Self.capacity, "at most \(Self.capacity) servers fit behind one balancer")
        for index in 0..<Self.capacity {
            let name = "nodes/node\(index)"
            guard index < backends.count else {
                try await self.instruct("set server \(name) state maint")
                continue
            }
            try await self.instruct("set server \(name) addr 127.0.0.1 port \(backends[index].port)")
            if let port = backends[index].healthPort { try await self.instruct("set server \(name) check-port \(port)") }
            try await self.instruct("set server \(name) state ready")
        }
        self.state.update { $0.backends = backends }
    }

    /// Returns the servers that currently receive new connections.
    package func upBackends() async throws -> [Backend] {
        let table = try await self.instruct("show servers state nodes").split(separator: "\n")
        let names = table.compactMap { line -> String? in
            let fields = line.split(separator: " ")
            // srv_name, srv_op_state (2: running), srv_admin_state (0: no administrative state).
            guard fields.count > 6, fields[5] == "2", fields[6] == "0" else { return nil }
            return String(fields[3])
        }
        return self.backends.enumerated().filter { names.contains("node\($0.offset)") }.map(\.element)
    }

    /// Waits until exactly these servers receive new connections.
    package func waitUntilUp(_ backends: [Backend], within limit: Duration = .waitLimit) async throws {
        // HAProxy does not report changes of health.
        try await poll(until: "connections to exactly \(backends)", within: limit, last: { self.log }) {
            try await Set(self.upBackends()) == Set(backends)
        }
    }

    private func name(of backend: Backend) throws -> String {
        guard let index = self.backends.firstIndex(of: backend) else {
            throw HAProxyError(reason: "there is no server \(backend) behind \(self.address)", log: self.log)
        }
        return "node\(index)"
    }

    /// Sends a command of HAProxy's runtime API.
    /// - Returns: The answer.
    @discardableResult
    package func instruct(_ instruction: String) async throws -> String {
        try await Self.instruct(instruction, in: self.directory)
    }
}

// MARK: Starting

extension HAProxyProcess {
    /// The time limit for starting on a busy machine.
    private static let startLimit = Duration.seconds(30)

    private static func launch(
        on listener: ListeningSocket,
        to backends: [Backend],
        _ settings: Settings,
        in directory: TemporaryDirectory
    ) async throws -> ChildProcess {
        precondition(backends.count <= Self.capacity, "at most \(Self.capacity) servers fit behind one balancer")
        let program = try InstalledProgram.path(of: "haproxy")
        let file = "\(directory.path)/haproxy.cfg"
        try settings.text(backends: backends, directory: directory.path)
            .write(toFile: file, atomically: true, encoding: .utf8)
        let output = open("\(directory.path)/haproxy.log", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard output >= 0 else { throw SystemCallError("open haproxy.log") }
        defer { close(output) }
        // Passes the listening socket as standard input, so that the port is never released in between.
        let process = try ChildProcess(
            path: program,
            arguments: ["-db", "-f", file],
            environment: ProcessInfo.processInfo.environment,
            streams: .descriptors(input: listener.descriptor, output: output, error: output)
        )
        try await Self.waitUntilReady(process, in: directory)
        return process
    }

    private static func waitUntilReady(_ process: ChildProcess, in directory: TemporaryDirectory) async throws {
        let deadline = ContinuousClock.now + Self.startLimit
        while (try? await Self.instruct("show info", in: directory))?.contains("Pid: \(process.pid)") != true {
            guard process.isRunning, ContinuousClock.now < deadline else {
                let reason = process.isRunning ? "was not ready after \(Self.startLimit)" : "ended while it started"
                process.signal(SIGKILL)
                throw HAProxyError(reason: "haproxy \(reason)", log: Self.readLog(in: directory))
            }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    private static func instruct(_ instruction: String, in directory: TemporaryDirectory) async throws -> String {
        let connection = try await TCPConnection.connect(unixSocket: "\(directory.path)/admin.sock")
        try await connection.send(instruction + "\n")
        try await connection.waitUntilEnded()
        let answer = String(decoding: connection.inbound.value.bytes, as: UTF8.self)
        await connection.close()
        return answer
    }

    private static func readLog(in directory: TemporaryDirectory) -> String {
        String(decoding: FileManager.default.contents(atPath: "\(directory.path)/haproxy.log") ?? Data(), as: UTF8.self)
    }
}

extension HAProxyProcess.Settings {
    /// Returns the configuration file. It includes slots for further servers, which are out of service.
    func text(backends: [HAProxyProcess.Backend], directory: String) -> String {
        let isChecked = !backends.isEmpty && backends.allSatisfy { $0.healthPort != nil }
        let nodes = (0..<HAProxyProcess.capacity).map { index in
            let backend = index < backends.count ? backends[index] : nil
            let check = isChecked ? " check port \(backend?.healthPort ?? 1)" : ""
            return "    server node\(index) 127.0.0.1:\(backend?.port ?? 1)\(check)\(backend == nil ? " disabled" : "")"
        }
        let onDown = self.cutsSessionsOfDownServers ? " on-marked-down shutdown-sessions" : ""
        return """
            global
                log stdout format raw local0
                stats socket \(directory)/admin.sock mode 600 level admin
            defaults
                mode tcp
                log global
                option tcplog
                timeout connect \(self.connectTimeout.milliseconds)ms
                timeout client \(self.idleTimeout.milliseconds)ms
                timeout server \(self.idleTimeout.milliseconds)ms
                timeout check 1s
            frontend clients
                bind fd@0
                default_backend nodes
            backend nodes
                balance \(self.balance)
                retries 3
                \(self.redispatches ? "option redispatch 1" : "no option redispatch")
                \(isChecked ? "option httpchk GET /healthz" : "")
                default-server inter \(self.checkInterval.milliseconds)ms fall \(self.fall) rise \(self.rise)\(onDown)
                \(self.extra)
            \(nodes.joined(separator: "\n"))

            """
    }
}

extension Duration {
    fileprivate var milliseconds: Int { Int(self / .milliseconds(1)) }
}

/// A balancer failed.
package struct HAProxyError: Error, CustomStringConvertible {
    package let reason: String
    package let log: String

    package var description: String { "\(self.reason). Its log:\n\(self.log)" }
}
