import Foundation
import TestSupport
import Testing

@Suite("roulette config", .timeLimit(.minutes(2)))
struct ConfigCommandTests {
    private func withConfiguration(_ text: String, mode: Int = 0o600, _ body: (String) async throws -> Void) async throws {
        let directory = try TemporaryDirectory(for: "config")
        let path = directory.path + "/config.toml"
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
        try await body(path)
        try directory.remove()
    }

    @Test
    func `check: a valid configuration is one line of output`() async throws {
        try await withConfiguration("theme = \"nord\"\n[profiles.a]\nservers = [\"h1\", \"h2\"]\n") { path in
            let result = try await BuiltProgram.run(["config", "check", "--config", path])
            #expect(result.status == .exited(0), "\(result.errors)")
            #expect(result.lines == ["\(path): ok; 1 profile: a"])
            let json = try await BuiltProgram.run(["config", "check", "--json", "--config", path])
            #expect(json.lines == ["{\"file\":\"\(path)\",\"profiles\":[\"a\"],\"default_profile\":null,\"theme\":\"nord\"}"])
        }
    }

    @Test
    func `check: every problem has file, line, key, and the nearest known key`() async throws {
        let text = "default_profil = \"a\"\n[profiles.a]\nservers = [\"h\"]\nenviroment = \"prod\"\npool_size = 0\n"
        try await withConfiguration(text) { path in
            let result = try await BuiltProgram.run(["config", "check", "--config", path])
            #expect(result.status == .exited(2))
            #expect(result.output.isEmpty)
            #expect(
                result.errors == """
                    roulette: \(path):1: default_profil: unknown key, did you mean "default_profile"?
                    roulette: \(path):4: profiles.a.enviroment: unknown key, did you mean "environment"?
                    roulette: \(path):5: profiles.a.pool_size: 0 is out of range, use 1 to 1000

                    """
            )
        }
    }

    @Test
    func `check: missing themes and missing files are problems of their profile`() async throws {
        let text = "theme = \"nrod\"\n[profiles.a]\nservers = [\"h\"]\ncredentials = \"none.creds\"\ntheme = \"drakula\"\n"
        try await withConfiguration(text) { path in
            let result = try await BuiltProgram.run(["config", "check", "--config", path])
            #expect(result.status == .exited(2))
            let lines = result.errors.split(separator: "\n")
            #expect(lines.count == 3)
            #expect(lines.contains { $0.contains(": theme: ") && $0.contains("did you mean \"nord\"?") })
            #expect(lines.contains { $0.contains("profiles.a: ") && $0.contains("none.creds: does not exist") })
            #expect(lines.contains { $0.contains("profiles.a.theme: ") && $0.contains("did you mean \"dracula\"?") })
        }
    }

    @Test
    func `a password in a file readable by others is rejected with the command that corrects it`() async throws {
        let text = "[profiles.a]\nservers = [\"h\"]\nuser = \"ops\"\npassword = \"hunter2\"\n"
        for command in ["check", "show"] {
            try await withConfiguration(text, mode: 0o644) { path in
                let result = try await BuiltProgram.run(["config", command, "--config", path])
                #expect(result.status == .exited(2))
                #expect(result.errors.contains("chmod 600 \(path)"))
                #expect(!result.errors.contains("hunter2") && !result.output.contains("hunter2"))
            }
        }
    }

    @Test
    func `show: prints a valid configuration without secrets`() async throws {
        let text =
            "[profiles.a]\nservers = [\"h\"]\nuser = \"ops\"\npassword = \"hunter2\"\ntheme = \"nord\"\n[keys]\npublish = \"P\"\n"
        try await withConfiguration(text) { path in
            let result = try await BuiltProgram.run(["config", "show", "--config", path])
            #expect(result.status == .exited(0), "\(result.errors)")
            #expect(!result.output.contains("hunter2"))
            #expect(result.lines.contains("password = \"<redacted>\"") && result.lines.contains("theme = \"nord\""))
            try await withConfiguration(result.output) { again in
                let check = try await BuiltProgram.run(["config", "check", "--config", again])
                #expect(check.status == .exited(0), "\(check.errors)")
            }
        }
    }

    @Test
    func `example: prints config/example.toml`() async throws {
        let result = try await BuiltProgram.run(["config", "example"])
        #expect(result.status == .exited(0), "\(result.errors)")
        #expect(try GeneratedFile("config/example.toml").differences(from: result.output).isEmpty)
    }

    @Test
    func `path: printed with or without a file; without one, the other commands describe how to create it`() async throws {
        let environment = ["XDG_CONFIG_HOME": "/nowhere/config"]
        let result = try await BuiltProgram.run(["config", "path"], environment: environment)
        #expect(result.status == .exited(0))
        #expect(result.output == "/nowhere/config/roulette/config.toml\n")
        for command in ["check", "show"] {
            let result = try await BuiltProgram.run(["config", command], environment: environment)
            #expect(result.status == .exited(2))
            #expect(result.errors.contains("there is no configuration at /nowhere/config/roulette/config.toml yet"))
        }
    }
}

@Suite("Completion and version", .timeLimit(.minutes(2)))
struct CompletionTests {
    /// Runs the program like the completion scripts of the shells.
    private func offered(_ arguments: [String], environment: [String: String] = [:]) async throws -> [String] {
        try await BuiltProgram.run(["---completion"] + arguments, environment: environment).lines
    }

    @Test(arguments: ["bash", "zsh", "fish"])
    func `each shell has a completion script`(shell: String) async throws {
        let result = try await BuiltProgram.run(["--generate-completion-script", shell])
        #expect(result.status == .exited(0))
        for word in ["theme", "config", "profile", "demo"] { #expect(result.output.contains(word)) }
        #expect(!result.output.contains("demo-supervisor"), "an internal command")
        // If the shell is installed, check that it can read the script.
        guard let program = try? InstalledProgram.path(of: shell) else { return }
        let directory = try TemporaryDirectory(for: "completion")
        let path = directory.path + "/script"
        try result.output.write(toFile: path, atomically: true, encoding: .utf8)
        let check = try Process.run(URL(fileURLWithPath: program), arguments: ["-n", path])
        check.waitUntilExit()
        #expect(check.terminationStatus == 0, "\(shell) reads it")
        try directory.remove()
    }

    @Test
    func `completion offers profiles of the configuration, contexts and themes`() async throws {
        let directory = try TemporaryDirectory(for: "completion")
        let files = [
            "roulette/config.toml": "[profiles.east]\nservers = [\"h\"]\n[profiles.west]\nservers = [\"h\"]\n",
            "nats/context/lab.json": "{\"url\":\"nats://h\"}",
            "other.toml": "[profiles.north]\nservers = [\"h\"]\n",
        ]
        for (name, text) in files {
            let path = directory.path + "/" + name
            try FileManager.default.createDirectory(
                atPath: (path as NSString).deletingLastPathComponent,
                withIntermediateDirectories: true
            )
            try text.write(toFile: path, atomically: true, encoding: .utf8)
        }
        let environment = ["XDG_CONFIG_HOME": directory.path]
        #expect(try await offered(["status", "--", "--profile", "2", "0", ""], environment: environment) == ["east", "west"])
        #expect(try await offered(["status", "--", "--context", "2", "0", ""], environment: environment) == ["lab"])
        #expect(try await offered(["theme", "show", "--", "theme", "3", "0", ""]).contains("nord"))
        try directory.remove()
    }

    @Test
    func `--version`() async throws {
        let result = try await BuiltProgram.run(["--version"])
        #expect(result.status == .exited(0))
        #expect(result.output.wholeMatch(of: /\d+\.\d+\.\d+\n/) != nil)
    }
}
