import Foundation
import TestSupport
import Testing

@Suite("roulette theme", .timeLimit(.minutes(2)))
struct ThemeCommandTests {
    private struct Entry: Decodable {
        let name: String
        let variant: String?
        let file: String?
        let error: String?
    }

    private struct Check: Decodable {
        struct Problem: Decodable, Equatable {
            let file: String
            let line: Int?
            let key: String?
            let message: String
        }

        struct Contrast: Decodable {
            let role: String
            let ratio: Double
            let required: Double?
            let ok: Bool
        }

        let theme: String
        let ok: Bool
        let problems: [Problem]
        let contrasts: [Contrast]
    }

    /// Creates a configuration directory with themes.
    private func withThemes(_ themes: [String: String], _ body: ([String: String]) async throws -> Void) async throws {
        let directory = try TemporaryDirectory(for: "themes")
        let place = directory.path + "/roulette/themes"
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
        for (name, text) in themes { try text.write(toFile: "\(place)/\(name).toml", atomically: true, encoding: .utf8) }
        try await body(["XDG_CONFIG_HOME": directory.path])
        try directory.remove()
    }

    @Test
    func `list: built-in and user themes, and the error of a broken one`() async throws {
        let mine = "name = \"mine\"\nvariant = \"light\"\n"
        try await withThemes(["mine": mine, "broken": "name = \"broken\"\ntxt = 1\n"]) { environment in
            let result = try await BuiltProgram.run(["theme", "list", "--json"], environment: environment)
            #expect(result.status == .exited(0), "\(result.errors)")
            let entries = try result.lines.map { try JSONDecoder().decode(Entry.self, from: Data($0.utf8)) }
            #expect(entries.map(\.name) == entries.map(\.name).sorted())
            #expect(entries.count == 20)
            let mine = try #require(entries.first { $0.name == "mine" })
            #expect(mine.variant == "light" && mine.error == nil && mine.file?.hasSuffix("/roulette/themes/mine.toml") == true)
            let broken = try #require(entries.first { $0.name == "broken" })
            #expect(broken.variant == nil && broken.error?.contains("broken.toml:2: txt: unknown role") == true)
            let text = try await BuiltProgram.run(["theme", "list"], environment: environment)
            #expect(text.lines.contains { $0.hasPrefix("nord ") && $0.contains("dark") && $0.hasSuffix("nord.toml") })
        }
    }

    @Test
    func `check: all built-in themes pass; an unreadable theme fails with the measured ratio`() async throws {
        let shipped = try await BuiltProgram.run(["theme", "check"])
        #expect(shipped.status == .exited(0), "\(shipped.output)")
        #expect(shipped.lines.count == 18)
        let faint = "name = \"faint\"\nmuted = \"#2a2e35\"\nborder = \"#14171c\"\n"
        try await withThemes(["faint": faint]) { environment in
            let text = try await BuiltProgram.run(["theme", "check", "faint"], environment: environment)
            #expect(text.status == .exited(1))
            // Two roles that the theme does not define have the style of `muted`. The contrast of decoration is not checked.
            let roles = ["muted", "json.punctuation", "hex.offset"]
            #expect(text.lines == roles.map { "faint: \($0): contrast 1.33, needs 4.50" })
            let json = try await BuiltProgram.run(["theme", "check", "--json", "faint", "nord"], environment: environment)
            #expect(json.status == .exited(1))
            let checks = try json.lines.map { try JSONDecoder().decode(Check.self, from: Data($0.utf8)) }
            #expect(checks.map(\.theme) == ["faint", "nord"] && checks.map(\.ok) == [false, true])
            #expect(checks[0].contrasts.filter { !$0.ok }.map(\.role) == roles)
        }
    }

    @Test
    func `check: accepts any file, and reports line, key and the nearest known name`() async throws {
        let file = try TemporaryDirectory(for: "theme")
        let path = file.path + "/draft.toml"
        try "name = \"draft\"\n[status]\ndwon = \"red\"\n".write(toFile: path, atomically: true, encoding: .utf8)
        let result = try await BuiltProgram.run(["theme", "check", path])
        #expect(result.status == .exited(1))
        #expect(result.lines == ["\(path):3: status.dwon: unknown role, did you mean \"status.down\"?"])
        try file.remove()
    }

    @Test
    func `show: every role, as plain text without a terminal; an unknown theme names the nearest one`() async throws {
        let result = try await BuiltProgram.run(["theme", "show", "nord"])
        #expect(result.status == .exited(0))
        #expect(!result.output.contains("\u{1B}"))
        #expect(result.lines.contains { $0.hasPrefix(" status.down") && $0.contains("#f6929a") && $0.contains("bold") })
        #expect(result.lines.allSatisfy { !$0.hasSuffix(" ") })
        let json = try await BuiltProgram.run(["theme", "show", "nord", "--json"])
        #expect(json.lines.count == 42)
        let unknown = try await BuiltProgram.run(["theme", "show", "nrod"])
        #expect(unknown.status == .exited(2))
        #expect(unknown.errors == "roulette: theme: \"nrod\": unknown theme, did you mean \"nord\"?\n")
    }

    @Test(arguments: [false, true])
    func `show on a terminal: in color, except with NO_COLOR`(isPlain: Bool) async throws {
        let terminal = try PseudoTerminal(
            [try BuiltProgram.path(), "theme", "show", "nord"],
            columns: 100,
            rows: 60,
            environment: [
                "TERM": "xterm-256color", "COLORTERM": "truecolor", "LC_ALL": "C.UTF-8", "HOME": "/nonexistent",
                "NO_COLOR": isPlain ? "1" : "",
            ]
        )
        _ = try await terminal.waitForExit()
        let text = String(decoding: terminal.bytes, as: UTF8.self)
        #expect(text.contains("graph.grid"))
        #expect(text.contains("\u{1B}[") == !isPlain)
        #expect(text.contains("38;2;236;239;244") == !isPlain, "the text of nord")
    }
}
