import Foundation
import TestSupport
import Testing

/// Creates a configuration directory and deletes it afterwards.
private func withHome(_ files: [String: String], _ body: ([String: String], String) async throws -> Void) async throws {
    let home = try TemporaryDirectory(for: "home")
    for (name, text) in files {
        let path = home.path + "/" + name
        try FileManager.default.createDirectory(
            atPath: (path as NSString).deletingLastPathComponent,
            withIntermediateDirectories: true
        )
        try text.write(toFile: path, atomically: true, encoding: .utf8)
    }
    // The environment of the tests may disable colors.
    let environment = [
        "HOME": home.path, "XDG_CONFIG_HOME": home.path, "XDG_STATE_HOME": home.path + "/state", "NO_COLOR": "", "COLORTERM": "",
    ]
    try await body(environment, home.path)
    try home.remove()
}

/// Runs a program in a terminal and closes it in every case.
private func withTerminal(
    _ arguments: [String],
    environment: [String: String],
    _ body: (TerminalDriver) async throws -> Void
) async throws {
    let terminal = try await TerminalDriver.start(
        [try BuiltProgram.path()] + arguments,
        columns: 120,
        rows: 36,
        environment: environment
    )
    do {
        try await body(terminal)
    } catch {
        await terminal.close()
        throw error
    }
    await terminal.close()
}

/// An address without a server, which is enough for tests of the appearance.
private let nowhere = ["--server", "alpha=127.0.0.1:1"]

extension TerminalDriver {
    /// Waits until the screen, including escape sequences, contains a text.
    fileprivate func waitForEscapes(_ text: String, isThere: Bool = true) async throws {
        // tmux does not report changes.
        try await poll(
            until: "a screen \(isThere ? "with" : "without") \(text)",
            last: { "\(try await screen(escapes: true).prefix(2).map(\.debugDescription))" }
        ) {
            try await screen(escapes: true).contains { $0.contains(text) } == isThere
        }
    }
}

@Suite("Themes in a terminal", .serialized, .timeLimit(.minutes(5)))
struct ThemeTerminalTests {
    /// Colors of the 256 that are easy to find in the output of tmux.
    private static func theme(_ name: String, background: Int) -> String {
        "name = \"\(name)\"\ninherits = \"default-dark\"\ntext = { fg = 15, bg = \(background) }\n"
    }

    private static func mark(_ background: Int) -> String { "48;5;\(background)m" }

    @Test
    func `:theme previews the theme while it is typed; escape restores the old one, enter keeps the new one`() async throws {
        let themes = [
            "roulette/themes/one.toml": Self.theme("one", background: 101),
            "roulette/themes/two.toml": Self.theme("two", background: 102),
        ]
        try await withHome(themes) { environment, _ in
            try await withTerminal(["--theme", "one"] + nowhere, environment: environment) { console in
                try await console.waitFor("Clusters")
                try await console.waitForEscapes(Self.mark(101))
                try await console.type(":theme two")
                try await console.waitForEscapes(Self.mark(102))
                try await console.press("Escape")
                try await console.waitForEscapes(Self.mark(101))
                try await console.waitForEscapes(Self.mark(102), isThere: false)
                try await console.type(":theme two")
                try await console.press("Enter")
                try await console.waitFor("theme two")
                try await console.waitForEscapes(Self.mark(102))
                try await console.press("T")
                try await console.waitFor("theme ")
                try await console.waitForEscapes(Self.mark(102), isThere: false)
            }
        }
    }

    @Test
    func `an edited theme is applied immediately; a broken one is reported and not applied`() async throws {
        try await withHome(["roulette/themes/one.toml": Self.theme("one", background: 101)]) { environment, home in
            let path = home + "/roulette/themes/one.toml"
            // Editors write a new file and rename it.
            func save(_ text: String) throws {
                try text.write(toFile: path + ".new", atomically: false, encoding: .utf8)
                try #require(rename(path + ".new", path) == 0)
            }
            try await withTerminal(["--theme", "one"] + nowhere, environment: environment) { console in
                try await console.waitForEscapes(Self.mark(101))
                try save(Self.theme("one", background: 103))
                try await console.waitForEscapes(Self.mark(103))
                try save("name = \"one\"\ntxet = 4\n")
                try await console.waitFor("one.toml:2: txet: unknown role, did you mean")
                try await console.waitForEscapes(Self.mark(103))
                try save(Self.theme("one", background: 104))
                try await console.waitForEscapes(Self.mark(104))
            }
        }
    }

    @Test
    func `NO_COLOR uses only attributes`() async throws {
        try await withHome([:]) { environment, _ in
            try await withTerminal(nowhere, environment: environment.merging(["NO_COLOR": "1"]) { $1 }) { console in
                try await console.waitFor("Clusters")
                let text = try await console.screen(escapes: true).joined()
                #expect(text.contains("\u{1B}["), "the selection is reversed")
                let colors = text.matches(of: /\u{1B}\[[0-9;]*\b(3[0-8]|4[0-8]|9[0-7]|10[0-7])\b[0-9;]*m/)
                #expect(colors.isEmpty, "\(colors.first.map { String($0.output.0.dropFirst()) } ?? "")")
            }
        }
    }

    @Test(
        arguments: [("0;15", true), ("15;0", false), ("", false)]
    )
    func `the default theme depends on the reported background of the terminal`(colors: String, isLight: Bool) async throws {
        try await withHome([:]) { environment, _ in
            try await withTerminal(nowhere, environment: environment.merging(["COLORFGBG": colors]) { $1 }) { console in
                try await console.waitFor("Clusters")
                // The theme after each default has a different name.
                try await console.type(":theme")
                try await console.press("Enter")
                try await console.waitFor(isLight ? "▸ default-light" : "▸ default-dark")
            }
        }
    }

    @Test(
        arguments: [["LC_ALL": "C", "LANG": "C"], ["TERM": "vt100"], ["TERM": "linux"]]
    )
    func `terminals without UTF-8 or without the glyphs use ASCII`(variables: [String: String]) async throws {
        try await withHome([:]) { environment, _ in
            try await withTerminal(nowhere, environment: environment.merging(variables) { $1 }) { console in
                let screen = try await console.waitFor("Clusters")
                let strangers = screen.joined().unicodeScalars.filter { !$0.isASCII }
                #expect(strangers.isEmpty, "\(screen)")
                #expect(screen.contains { $0.hasPrefix("+- Clusters --") || $0.hasPrefix("+ Clusters -") })
                try await console.press("q")
            }
        }
    }

    @Test
    func `a terminal without cursor positioning is rejected with advice`() async throws {
        let console = try PseudoTerminal(
            [try BuiltProgram.path()] + nowhere,
            columns: 80,
            rows: 24,
            environment: ["TERM": "dumb", "LC_ALL": "C.UTF-8", "HOME": "/nonexistent"]
        )
        let status = try await console.waitForExit()
        #expect(status == .exited(2))
        let text = String(decoding: console.bytes, as: UTF8.self)
        #expect(text.contains("\"dumb\" cannot place the cursor; try TERM=xterm-256color"))
        #expect(!text.contains("\u{1B}"))
    }
}

@Suite("Profiles in a terminal", .serialized, .timeLimit(.minutes(5)))
struct ProfileTerminalTests {
    @Test
    func `:profile switches between deployments, and an unusable profile changes nothing`() async throws {
        try await withDeployment(clusters: 2) { deployment in
            let configuration = """
                default_profile = "east"
                [profiles.east]
                servers = ["\(deployment.servers[0].address)"]
                watch = ["east.>"]
                [profiles.west]
                environment = "prod"
                servers = ["\(deployment.servers[1].address)"]
                watch = ["west.>"]
                [profiles.locked]
                servers = ["127.0.0.1:1"]
                credentials = "missing.creds"

                """
            let context = "{\"url\":\"nats://\(deployment.servers[1].address)\"}"
            let files = ["roulette/config.toml": configuration, "nats/context/lab.json": context]
            try await withHome(files) { environment, _ in
                try await withTerminal([], environment: environment) { console in
                    try await console.waitFor("1 cluster: 1 up")
                    try await console.waitFor("east dev")
                    try await console.type(":profile locked")
                    try await console.press("Enter")
                    try await console.waitFor("missing.creds: does not exist")
                    try await console.waitFor("east dev")

                    try await console.type(":profile west")
                    try await console.press("Enter")
                    try await console.waitFor("west PROD read-only")
                    try await console.waitFor("1 cluster: 1 up")
                    try await console.waitFor("west.>, watched")
                    // Messages of the new deployment are shown, and the old server has no client.
                    try await console.press("3")
                    let publisher = try await RawClient.connect(port: deployment.servers[1].port)
                    try await console.repeating("from the west") {
                        try await publisher.publish("from the west", to: "west.wind")
                        try await publisher.flush()
                    }
                    await publisher.close()
                    try await console.press("p")
                    try await console.waitFor("read-only")

                    try await console.type(":profile lab")
                    try await console.press("Enter")
                    try await console.waitFor("lab dev")
                    try await console.type(":profile east")
                    try await console.press("Enter")
                    try await console.waitFor("east dev")
                    try await console.waitFor("1 cluster: 1 up")
                    try await console.press("q")
                    try await console.waitForStatus("normal screen after quitting") { !$0.isAlternateScreen }
                }
            }
        }
    }
}
