import CommandSupport
import Foundation
import Testing

@testable import RouletteDemo

@Suite("Where the demo finds its programs")
struct ServerProgramTests {
    /// Searches with programs at these paths.
    private func found(
        _ programs: String...,
        executable: String? = nil,
        environment: [String: String] = [:]
    ) throws(CommandError) -> String {
        try ServerProgram(environment: environment, executable: executable, isExecutable: programs.contains).find()
    }

    @Test func `the variable has priority`() throws {
        let found = try found(
            "/s/my-server",
            "/bin/nats-server",
            "/p/nats-server",
            executable: "/p/roulette",
            environment: ["PATH": "/bin", "ROULETTE_NATS_SERVER": "/s/my-server"]
        )
        #expect(found == "/s/my-server")
    }

    @Test(arguments: ["/s/missing", "relative/nats-server", "nats-server"])
    func `a variable that does not name a program is an error`(named: String) throws {
        let error = #expect(throws: CommandError.self) {
            try found("/bin/nats-server", environment: ["PATH": "/bin", "ROULETTE_NATS_SERVER": named])
        }
        #expect(error.map { "\($0)" }?.contains("ROULETTE_NATS_SERVER") == true)
    }

    @Test func `an empty variable is ignored`() throws {
        let environment = ["PATH": "/bin", "ROULETTE_NATS_SERVER": ""]
        #expect(try found("/bin/nats-server", environment: environment) == "/bin/nats-server")
    }

    @Test func `a server beside the program comes before the PATH`() throws {
        let found = try found(
            "/opt/roulette/nats-server",
            "/bin/nats-server",
            executable: "/opt/roulette/roulette",
            environment: ["PATH": "/bin"]
        )
        #expect(found == "/opt/roulette/nats-server")
    }

    @Test(arguments: [".build/x86_64-unknown-linux-gnu/debug", ".build/release"])
    func `a program in a build folder uses the server that setup fetched into the checkout`(folder: String) throws {
        let found = try found(
            "/home/ann/roulette/.tools/nats-server/current/nats-server",
            "/bin/nats-server",
            executable: "/home/ann/roulette/\(folder)/roulette",
            environment: ["PATH": "/bin"]
        )
        #expect(found == "/home/ann/roulette/.tools/nats-server/current/nats-server")
    }

    @Test func `an installed program does not search the directories above it`() throws {
        let found = try found(
            "/tmp/.tools/nats-server/current/nats-server",
            "/bin/nats-server",
            executable: "/tmp/unpacked/bin/roulette",
            environment: ["PATH": "/bin"]
        )
        #expect(found == "/bin/nats-server")
    }

    @Test func `relative directories of the PATH are ignored, and usual directories are searched`() throws {
        #expect(try found("./nats-server", "/usr/sbin/nats-server", environment: ["PATH": ".:"]) == "/usr/sbin/nats-server")
        #expect(try found("/usr/sbin/nats-server") == "/usr/sbin/nats-server")
    }

    @Test func `the error for a missing server explains how to install it`() throws {
        let error = #expect(throws: CommandError.self) { try found(executable: "/opt/roulette", environment: ["PATH": "/bin"]) }
        let text = error.map { "\($0)" } ?? ""
        #expect(text.contains("apt install nats-server") && text.contains("ROULETTE_NATS_SERVER"))
    }

    @Test func `haproxy is found on the PATH and in the usual directories, and may be missing`() {
        func found(_ programs: String..., path: String? = nil) -> String? {
            ServerProgram(environment: path.map { ["PATH": $0] } ?? [:], executable: nil, isExecutable: programs.contains)
                .findHAProxy()
        }
        #expect(found("/opt/bin/haproxy", "/usr/sbin/haproxy", path: "/bin:/opt/bin") == "/opt/bin/haproxy")
        #expect(found("/usr/sbin/haproxy", path: "/bin") == "/usr/sbin/haproxy")
        #expect(found("/usr/local/sbin/haproxy") == "/usr/local/sbin/haproxy")
        #expect(found("./haproxy", "/bin/nats-server", path: ".:/bin") == nil)
    }

    @Test func `a directory is not a program`() {
        #expect(!ServerProgram(environment: [:], executable: nil).isExecutable("/usr"))
        #expect(ServerProgram(environment: [:], executable: nil).isExecutable("/bin/sh"))
    }
}
