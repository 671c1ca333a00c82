import Foundation

/// A real HAProxy of a test's own: the load balancer in front of the servers of one cluster.
///
/// It listens on a port of its own, which it keeps when it is killed and started again, looks after its servers by their
/// `/healthz`, and takes new instructions while it runs. It never outlives the test process. Its configuration and log lie
/// in ``directory``, which ``stop()`` removes.
package final class HAProxyProcess: Sendable {
    /// A server behind the balancer, by its ports on this machine.
    package struct Backend: Sendable, Hashable {
        package let port: Int
        /// Where `/healthz` answers; nil when its health is not looked after.
        package let healthPort: Int?

        package init(port: Int, healthPort: Int? = nil) {
            self.port = port
            self.healthPort = healthPort
        }

        /// A server, looked after when it has monitoring.
        package init(_ server: NATSServerProcess) {
            self.init(port: server.port, healthPort: server.ports.monitoring)
        }
    }

    /// How the balancer is set up.
    package struct Settings: Sendable {
        /// Which server gets a new connection, in HAProxy's words: `roundrobin`, `leastconn`, `first` …
        package var balance = "roundrobin"
        /// The time between two checks of a server.
        package var checkInterval: Duration = .milliseconds(100)
        /// After how many failed checks a server is taken out.
        package var fall = 2
        /// After how many good checks it is taken in again.
        package var rise = 1
        /// The time for connecting to a server.
        package var connectTimeout: Duration = .seconds(1)
        /// A connection on which nothing flows for this long is cut.
        package var idleTimeout: Duration = .seconds(3_600)
        /// Whether a connection that its server refuses is tried on another one.
        package var redispatches = true
        /// Whether the connections to a server that is taken out are cut.
        package var cutsSessionsOfDownServers = true
        /// More lines for the backend, in HAProxy's language.
        package var extra = ""

        package init() {}
    }

    private struct State: Sendable {
        var process: ChildProcess?
        var backends: [Backend]
    }

    /// How many servers there can be at a time.
    package static let capacity = 8

    /// What clients connect to. The same after ``restart()``.
    package let port: Int
    package let settings: Settings
    /// Holds `haproxy.cfg`, `haproxy.log` and the socket for instructions.
    package let directory: TemporaryDirectory
    private let state: Watched<State>

    private init(port: Int, settings: Settings, directory: TemporaryDirectory, state: State) {
        self.port = port
        self.settings = settings
        self.directory = directory
        self.state = Watched(state)
    }

    /// What clients connect to, as `host:port`.
    package var address: String { "127.0.0.1:\(self.port)" }

    /// Starts a balancer, and returns when it takes instructions and passes connections on.
    ///
    /// - Parameters:
    ///   - backends: The servers behind it, at most ``capacity``.
    ///   - settings: How it is set up.
    /// - Throws: ``ProgramNotFound``, which says how to install it, or ``HAProxyFailed`` with its log.
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
            // The error holds the log.
            try? directory.remove()
            throw error
        }
    }

    /// Starts a balancer in front of all servers of a cluster.
    package static func start(to cluster: NATSCluster, settings: Settings = Settings()) async throws -> HAProxyProcess {
        try await Self.start(to: cluster.servers.map { Backend($0) }, settings: settings)
    }

    /// Lends a balancer to `body` and stops it afterwards. If `body` throws, the balancer's log is printed and kept.
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

    // MARK: What happens to balancers

    /// Ends the balancer and removes its directory. Does nothing if it ended before.
    package func stop() async {
        self.kill()
        _ = try? await self.state.value.process?.waitForExit()
        try? self.directory.remove()
    }

    /// Ends the balancer at once (SIGKILL), as a crash does: its port refuses connections. ``restart()`` brings it back.
    package func kill() {
        self.state.value.process?.signal(SIGKILL)
    }

    /// Freezes the balancer (SIGSTOP): the kernel still accepts connections for it, and nothing flows.
    package func pause() {
        self.state.value.process?.pause()
    }

    /// Lets a frozen balancer go on (SIGCONT).
    package func resume() {
        self.state.value.process?.signal(SIGCONT)
    }

    /// Ends the balancer if it runs and starts it again, on the same port and with the servers it has by now.
    package func restart() async throws {
        self.kill()
        _ = try await self.state.value.process?.waitForExit()
        let listener = try ListeningSocket(port: self.port)
        let backends = self.state.value.backends
        let process = try await Self.launch(on: listener, to: backends, self.settings, in: self.directory)
        self.state.update { $0.process = process }
    }

    /// Whether the process runs; a frozen one does.
    package var isRunning: Bool { self.state.value.process?.isRunning ?? false }

    /// Everything the balancer logged or printed, over all restarts.
    package var log: String { Self.readLog(in: self.directory) }

    // MARK: Its servers

    /// The servers behind it.
    package var backends: [Backend] { self.state.value.backends }

    /// What a server gets.
    package enum ServerState: String, Sendable {
        /// New connections, while it is healthy.
        case ready
        /// No new connections; those that there are go on.
        case drain
        /// No new connections and no checks: taken out of service.
        case maintenance = "maint"
    }

    /// Changes what a server gets, as an operator does before an upgrade.
    package func set(_ backend: Backend, to state: ServerState) async throws {
        try await self.instruct("set server nodes/\(try self.name(of: backend)) state \(state.rawValue)")
    }

    /// Cuts all connections to a server.
    package func cutSessions(of backend: Backend) async throws {
        try await self.instruct("shutdown sessions server nodes/\(try self.name(of: backend))")
    }

    /// Puts other servers in the place of those that there are. Connections to servers that are gone from the list go on.
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

    /// The servers that get new connections at this moment.
    package func upBackends() async throws -> [Backend] {
        let table = try await self.instruct("show servers state nodes").split(separator: "\n")
        let names = table.compactMap { line -> String? in
            let fields = line.split(separator: " ")
            // srv_name, srv_op_state (2: running), srv_admin_state (0: nothing said otherwise).
            guard fields.count > 6, fields[5] == "2", fields[6] == "0" else { return nil }
            return String(fields[3])
        }
        return self.backends.enumerated().filter { names.contains("node\($0.offset)") }.map(\.element)
    }

    /// Waits until exactly these servers get new connections.
    package func waitUntilUp(_ backends: [Backend], within limit: Duration = .waitLimit) async throws {
        let deadline = ContinuousClock.now + limit
        // HAProxy tells nobody when a check changes its mind: it has to be asked.
        while try await Set(self.upBackends()) != Set(backends) {
            guard ContinuousClock.now < deadline else {
                throw HAProxyFailed(reason: "other servers than \(backends) got connections for \(limit)", log: self.log)
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    private func name(of backend: Backend) throws -> String {
        guard let index = self.backends.firstIndex(of: backend) else {
            throw HAProxyFailed(reason: "there is no server \(backend) behind \(self.address)", log: self.log)
        }
        return "node\(index)"
    }

    /// Gives an instruction of HAProxy's runtime API.
    /// - Returns: what it answered.
    @discardableResult
    package func instruct(_ instruction: String) async throws -> String {
        try await Self.instruct(instruction, in: self.directory)
    }
}

// MARK: Starting

extension HAProxyProcess {
    /// How long it may take to start on a busy machine.
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
        guard output >= 0 else { throw SystemCallFailed("open haproxy.log") }
        defer { close(output) }
        // It gets the listening socket as its standard input: no port is looked up, given back and taken again.
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
                throw HAProxyFailed(reason: "haproxy \(reason)", log: Self.readLog(in: directory))
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
    /// The configuration file. Places for further servers are there and out of service.
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

/// A balancer that did not do what it was to do.
package struct HAProxyFailed: Error, CustomStringConvertible {
    package let reason: String
    package let log: String

    package var description: String { "\(self.reason). Its log:\n\(self.log)" }
}
