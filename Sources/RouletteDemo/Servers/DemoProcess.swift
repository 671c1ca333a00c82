/// A process of a demo, identified by its program and configuration file.
struct DemoProcess: Equatable, Hashable, Sendable {
    /// The programs of a demo.
    enum Program: String, CaseIterable, Sendable {
        case natsServer = "nats-server"
        case haProxy = "haproxy"

        /// The suffix of configuration files.
        var suffix: String {
            switch self {
            case .natsServer: ".conf"
            case .haProxy: ".cfg"
            }
        }
    }

    let program: Program
    let name: String
    let directory: String

    init(_ program: Program, _ name: String, in directory: String) {
        self.program = program
        self.name = name
        self.directory = directory
    }

    /// The configuration. Its path is an argument of the process, which identifies the process as the demo's.
    var configurationFile: String { "\(directory)/\(name)\(program.suffix)" }
    /// The file with the process id.
    var pidFile: String { "\(directory)/\(name).pid" }
    var logFile: String { "\(directory)/\(name).log" }
    /// The socket for commands to a HAProxy, relative to the demo's directory. The path of a socket has at most 107 bytes, and
    /// that of the directory may be long.
    var socketName: String { "\(name).sock" }

    /// The arguments of the program.
    var arguments: [String] {
        switch program {
        case .natsServer: ["-c", configurationFile]
        case .haProxy: ["-db", "-C", directory, "-f", configurationFile]
        }
    }
}
