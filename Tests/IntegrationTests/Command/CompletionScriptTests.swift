import Foundation
import TestSupport
import Testing

/// Other users may choose the names of files. A shell that completes them must not run them.
@Suite("Pressing tab", .timeLimit(.minutes(5)))
struct CompletionScriptTests {
    /// Each name would create a file named `ran…` if a shell ran it.
    private static let hostileNames = [
        "$(touch ran1)", "`touch ran2`", "a;touch ran3", "new\nline$(touch ran4)", "<(touch ran5)", "x|touch ran6",
        "a&touch ran7",
        "q\"uo'te", "esc\u{1B}[31mred", "star*", "sp ace", "$HOME", "{a,b}", "-dash", "~root", "back\\slash", "[ab]",
    ]

    /// Creates a home with hostile themes, profiles, contexts and files, and the scripts. The shells run in its folder
    /// `work`.
    private func withHome(_ body: (String) async throws -> Void) async throws {
        let home = try TemporaryDirectory(for: "completion")
        defer { try? home.remove() }
        for directory in ["roulette/themes", "nats/context", "work", "zsh"] {
            try FileManager.default.createDirectory(atPath: home.path + "/" + directory, withIntermediateDirectories: true)
        }
        var configuration = ""
        for name in Self.hostileNames + ["fine"] {
            for place in ["roulette/themes/\(name).toml", "nats/context/\(name).json", "work/\(name).toml"] {
                try #require(FileManager.default.createFile(atPath: home.path + "/" + place, contents: Data("{}".utf8)))
            }
            let quoted = String(decoding: try JSONEncoder().encode(name), as: UTF8.self)
            configuration += "[profiles.\(quoted)]\nservers = [\"127.0.0.1:1\"]\n"
        }
        try configuration.write(toFile: home.path + "/roulette/config.toml", atomically: true, encoding: .utf8)
        for (shell, file) in [("bash", "script.bash"), ("zsh", "zsh/_roulette"), ("fish", "script.fish")] {
            let script = try await BuiltProgram.run(["--generate-completion-script", shell])
            try #require(script.status == .exited(0))
            try script.output.write(toFile: home.path + "/" + file, atomically: true, encoding: .utf8)
        }
        try await body(home.path)
    }

    private func environment(_ home: String) throws -> [String: String] {
        let programs = URL(fileURLWithPath: try BuiltProgram.path()).deletingLastPathComponent().path
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        return ["HOME": home, "XDG_CONFIG_HOME": home, "PATH": "\(programs):\(path)", "ZDOTDIR": home + "/zsh"]
    }

    private func expectNothingRan(_ home: String) throws {
        let files = try FileManager.default.subpathsOfDirectory(atPath: home)
        #expect(!files.contains { ($0.split(separator: "/").last ?? "").hasPrefix("ran") })
    }

    /// Calls the completion function like bash on tab.
    private static let complete = """
        complete_line() {
            COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}; COMPREPLY=()
            _roulette roulette "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}"
            printf '<%s>\\n' "${COMPREPLY[@]}"
        }
        """

    private func bash(_ home: String, _ lines: String, path: String? = nil) async throws -> BuiltProgram.Result {
        var environment = try environment(home)
        if let path { environment["PATH"] = "\(path):\(environment["PATH"] ?? "")" }
        let script = "cd \(home)/work && source ../script.bash\n\(Self.complete)\n\(lines)"
        return try await StartedProgram(path: "/bin/bash", arguments: ["-c", script], environment: environment).result()
    }

    @Test(
        arguments: ["console --theme", "console --profile", "sub --context", "theme show"]
    )
    func `bash offers only the safe names and runs none of them`(_ words: String) async throws {
        try await withHome { home in
            let result = try await bash(home, "complete_line roulette \(words) ''")
            #expect(result.lines.contains("<fine>"), "\(result.errors)")
            #expect(!result.output.contains { "$`;|&\"'\u{1B}*\\ ".contains($0) })
            try expectNothingRan(home)
        }
    }

    @Test
    func `the script treats all output of a program as text`() async throws {
        try await withHome { home in
            // Replaces this program, as an older version could.
            let program = home + "/zsh/roulette"
            try #"""
            #!/bin/sh
            printf '%s\n' '$(touch ran1)' '`touch ran2`' '"$(touch ran3)"' '${x[$(touch ran4)]}' '<(touch ran5)' fine '*' '~'
            printf 'a\033[31m\n'
            """#.write(toFile: program, atomically: true, encoding: .utf8)
            try #require(chmod(program, 0o755) == 0)
            let result = try await bash(home, "complete_line roulette console --theme ''", path: home + "/zsh")
            let offered = [
                "$(touch ran1)", "`touch ran2`", "\"$(touch ran3)\"", "${x[$(touch ran4)]}", "<(touch ran5)", "fine", "*", "~",
            ]
            #expect(result.lines == offered.map { "<\($0)>" }, "\(result.errors)")
            try expectNothingRan(home)
        }
    }

    /// An interactive shell in a terminal.
    enum Shell: String, Sendable, CaseIterable {
        case bash, zsh, fish

        /// The arguments that start the shell without any configuration of the machine, and its first commands.
        fileprivate func start(_ home: String) -> (arguments: [String], setup: String) {
            let go = "cd \(home)/work; clear"
            return switch self {
            case .bash: (["--norc", "--noprofile", "-i"], "source \(home)/script.bash; \(go)")
            case .zsh: (["-f", "-i"], "fpath=(\(home)/zsh $fpath); autoload -U compinit; compinit -u -D; \(go)")
            case .fish: (["--no-config", "-i"], "source \(home)/script.fish; \(go)")
            }
        }
    }

    @Test(arguments: Shell.allCases)
    func `tab completes in a terminal: bash, and zsh and fish if installed`(_ shell: Shell) async throws {
        guard let program = try? InstalledProgram.path(of: shell.rawValue) else { return }
        try await withHome { home in
            let (arguments, setup) = shell.start(home)
            let terminal = try await TerminalDriver.start(
                [program] + arguments,
                columns: 120,
                environment: try environment(home).merging(["PS1": "> "]) { $1 }
            )
            try await terminal.type(setup + "; echo rea''dy")
            try await terminal.press("Enter")
            try await terminal.waitFor("ready")
            try await terminal.type("roulette console --theme fi")
            try await terminal.press("Tab")
            try await terminal.waitFor("the theme completed") { $0.contains { $0.contains("--theme fine") } }
            try await terminal.press("C-u")
            for line in ["roulette console --profile ", "roulette console --context ", "roulette config check --config "] {
                try await terminal.type(line)
                try await terminal.press("Tab", "Tab")
                try await terminal.waitFor("the offered names") { $0.filter { $0.contains("fine") }.count >= 1 }
                // Not ^C, because a shell that begins a new line loses input typed meanwhile.
                try await terminal.press("C-u")
                try await terminal.type("clear; echo nex''t-\(line.utf8.count)")
                try await terminal.press("Enter")
                try await terminal.waitFor("next-\(line.utf8.count)")
            }
            await terminal.close()
            try expectNothingRan(home)
        }
    }
}
