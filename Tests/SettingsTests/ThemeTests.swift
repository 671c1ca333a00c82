import Foundation
import TerminalStyle
import Testing

@testable import Settings

@Suite("Themes")
struct ThemeTests {
    static let shippedNames: [String] = {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: packageDirectory + "/themes")) ?? []
        return files.filter { $0.hasSuffix(".toml") }.map { String($0.dropLast(5)) }.sorted()
    }()

    /// Themes with colors of the terminal, whose contrast cannot be measured.
    static let unmeasurable: Set = ["mono", "terminal"]

    private let shipped = ThemeLibrary(directories: [packageDirectory + "/themes"])
    private let builtIn = ThemeLibrary(directories: [])

    @Test
    func `all shipped themes are listed`() throws {
        #expect(Self.shippedNames.count == 18)
        #expect(try shipped.names() == Self.shippedNames)
        #expect(try builtIn.names() == ["default-dark", "default-light"])
        #expect(try ThemeLibrary(directories: ["/nonexistent"]).names() == ["default-dark", "default-light"])
    }

    @Test(arguments: shippedNames)
    func `a shipped theme defines all roles, or their bases`(name: String) throws {
        let theme = try shipped.load(name)
        #expect(theme.name == name)
        let sources = try theme.lineage.map { try ThemeSource.parse(try shippedText("themes/\($0).toml"), file: $0) }
        for role in ThemeRole.allCases {
            let roles = sequence(first: role, next: \.base)
            #expect(roles.contains { role in sources.contains { $0.styles[role] != nil } }, "\(role.rawValue)")
        }
    }

    @Test(arguments: shippedNames)
    func `a shipped theme has enough contrast`(name: String) throws {
        let theme = try shipped.load(name)
        let contrasts = theme.contrasts
        if Self.unmeasurable.contains(name) {
            #expect(contrasts.isEmpty)
            return
        }
        #expect(contrasts.count == ThemeRole.allCases.count)
        let minimum = name == "high-contrast" ? 7.0 : 0
        for contrast in contrasts {
            #expect(contrast.isSufficient, "\(contrast.role.rawValue): \(contrast.ratio)")
            #expect(contrast.required != 4.5 || contrast.ratio >= minimum, "\(contrast.role.rawValue): \(contrast.ratio)")
        }
    }

    @Test(arguments: shippedNames)
    func `the colors of clusters differ in luminance`(name: String) throws {
        guard !Self.unmeasurable.contains(name) else { return }
        let theme = try shipped.load(name)
        let colors = ThemeRole.clusters.compactMap { theme.style(for: $0).foreground }
        #expect(colors.count == 8)
        for (index, color) in colors.enumerated() {
            for other in colors.dropFirst(index + 1) {
                let ratio = try #require(color.contrast(with: other))
                #expect(ratio >= 1.08, "\(color) and \(other): \(ratio)")
            }
        }
    }

    @Test(arguments: ["default-dark", "default-light"])
    func `the built-in themes equal the shipped ones`(name: String) throws {
        #expect(BuiltInThemes.texts[name] == (try shippedText("themes/\(name).toml")))
    }

    @Test
    func `all ways to write a role give the same style`() throws {
        let texts = [
            "name = \"t\"\nstatus.up = 20\nborder = 21\n\"border.focus\" = { fg = 22, bg = 23, modifiers = [\"bold\"] }",
            "name = \"t\"\n\"status.up\" = { fg = \"20\" }\n[border]\nfg = 21\nfocus = { fg = 22, bg = 23, modifiers = [\"bold\"] }",
            "name = \"t\"\n[status]\nup = 20\n[border]\nfg = 21\n[border.focus]\nfg = 22\nbg = 23\nmodifiers = [\"bold\"]",
        ]
        for text in texts {
            let theme = try builtIn.parse(text, file: "t.toml")
            #expect(theme.style(for: .statusUp) == Style(foreground: .indexed(20)))
            #expect(theme.style(for: .border) == Style(foreground: .indexed(21)))
            let focused = Style(foreground: .indexed(22), background: .indexed(23), modifiers: [.bold])
            #expect(theme.style(for: .focusedBorder) == focused)
        }
    }

    @Test
    func `the palette of a theme changes the roles of its parents, but not the roles of the default theme`() throws {
        try withTemporaryDirectory { directory in
            try write(
                "name = \"parent\"\nvariant = \"light\"\nkey = \"red\"\nmuted = 8\n[palette]\nred = 100",
                to: directory + "/parent.toml"
            )
            try write("name = \"child\"\ninherits = \"parent\"\nmuted = 9\n[palette]\nred = 200", to: directory + "/child.toml")
            let library = ThemeLibrary(directories: [directory])
            let child = try library.load("child")
            #expect(child.variant == .light)
            #expect(child.style(for: .key).foreground == .indexed(200))
            #expect(child.style(for: .muted).foreground == .brightRed)
            let light = try builtIn.load("default-light")
            #expect(child.style(for: .severityError) == light.style(for: .severityError))
            #expect(try library.load("parent").style(for: .key).foreground == .indexed(100))
        }
    }

    @Test
    func `a role that no theme of the chain defines has the style of its base, and otherwise that of the default`() throws {
        let dark = try builtIn.load("default-dark")
        let theme = try builtIn.parse("name = \"t\"\naccent = 20\nmuted = 21\n[json]\npunctuation = 22", file: "t.toml")
        #expect(theme.style(for: .focusedBorder) == Style(foreground: .indexed(20)))
        #expect(theme.style(for: .hexOffset) == Style(foreground: .indexed(21)))
        #expect(theme.style(for: .jsonPunctuation) == Style(foreground: .indexed(22)))
        #expect(theme.style(for: .severityError) == dark.style(for: .statusDown))

        try withTemporaryDirectory { directory in
            try write("name = \"parent\"\n\"border.focus\" = 30", to: directory + "/parent.toml")
            try write("name = \"child\"\ninherits = \"parent\"\naccent = 31", to: directory + "/child.toml")
            let child = try ThemeLibrary(directories: [directory]).load("child")
            #expect(child.style(for: .focusedBorder) == Style(foreground: .indexed(30)))
        }
    }

    @Test
    func `no role is its own base`() {
        for role in ThemeRole.allCases {
            let bases = Array(sequence(first: role, next: \.base).prefix(ThemeRole.allCases.count + 1))
            #expect(bases.count <= ThemeRole.allCases.count, "\(role.rawValue)")
        }
    }

    @Test
    func `the first directory takes precedence, and a file takes precedence over a built-in theme`() throws {
        try withTemporaryDirectory { directory in
            for (number, name) in ["one", "two"].enumerated() {
                try FileManager.default.createDirectory(atPath: "\(directory)/\(name)", withIntermediateDirectories: false)
                try write("name = \"default-dark\"\nkey = \(100 + number)", to: "\(directory)/\(name)/default-dark.toml")
            }
            let library = ThemeLibrary(directories: ["\(directory)/none", "\(directory)/one", "\(directory)/two"])
            #expect(library.path(of: "default-dark") == "\(directory)/one/default-dark.toml")
            #expect(try library.load("default-dark").style(for: .key).foreground == .indexed(100))
        }
    }

    @Test(
        arguments: [
            ("", "t.toml:1: has no name, add name = \"…\""),
            ("name = \"t\"\ntxet = 1", "t.toml:2: txet: unknown role, did you mean \"text\"?"),
            ("name = \"t\"\nstatus.dwon = 1", "t.toml:2: status.dwon: unknown role, did you mean \"status.down\"?"),
            (
                "name = \"t\"\nzzzzz = 1",
                "t.toml:2: zzzzz: unknown role, see \"roulette theme show default-dark\" for all of them"
            ),
            (
                "name = \"t\"\nzzzzz.a = 1",
                "t.toml:2: zzzzz: unknown role, see \"roulette theme show default-dark\" for all of them"
            ),
            ("name = \"t\"\ntext = { fgg = 1 }", "t.toml:2: text.fgg: unknown key, did you mean \"fg\"?"),
            ("name = \"t\"\ntext = \"rde\"", "t.toml:2: text: \"rde\": unknown color, did you mean \"red\"?"),
            (
                "name = \"t\"\n[text]\nbg = \"#12\"",
                "t.toml:3: text.bg: \"#12\": unknown color, use a name of [palette], \"#rrggbb\", 0 to 255, an ANSI name or \"default\""
            ),
            ("name = \"t\"\ntext = 256", "t.toml:2: text: 256 is out of range, use 0 to 255"),
            ("name = \"t\"\ntext = [1]", "t.toml:2: text: expected a color or { fg, bg, modifiers }, found an array"),
            (
                "name = \"t\"\ntext = { modifiers = [\"bolt\"] }",
                "t.toml:2: text.modifiers[0]: \"bolt\": unknown modifier, did you mean \"bold\"?"
            ),
            ("name = \"t\"\nvariant = \"drak\"", "t.toml:2: variant: \"drak\": unknown value, did you mean \"dark\"?"),
            (
                "name = \"t\"\n[palette]\nsky = \"blu\"",
                "t.toml:3: palette.sky: is not a color, use \"#rrggbb\", 0 to 255, an ANSI name or \"default\""
            ),
            ("name = \"t\"\n\"status.up\" = 1\nstatus.up = 2", "t.toml:3: status.up: status.up is given twice, remove one"),
            (
                "name = \"t\"\ninherits = \"default-drak\"",
                "t.toml:2: inherits: \"default-drak\": unknown theme, did you mean \"default-dark\"?"
            ),
        ]
    )
    func `errors of a theme have the file, the line, the key and advice`(text: String, message: String) {
        #expect(problems { () throws(SettingsError) in try builtIn.parse(text, file: "t.toml") } == [message])
    }

    @Test
    func `cycles, chains that are too long, and wrong names are errors`() throws {
        try withTemporaryDirectory { directory in
            for (name, parent) in [("a", "b"), ("b", "c"), ("c", "a")] {
                try write("name = \"\(name)\"\ninherits = \"\(parent)\"", to: "\(directory)/\(name).toml")
            }
            for number in 0..<9 {
                try write("name = \"deep\(number)\"\ninherits = \"deep\(number + 1)\"", to: "\(directory)/deep\(number).toml")
            }
            try write("name = \"other\"", to: directory + "/wrong.toml")
            let library = ThemeLibrary(directories: [directory])
            func load(_ name: String) -> [String] { problems { () throws(SettingsError) in try library.load(name) } }
            #expect(
                load("a") == ["\(directory)/c.toml:2: inherits: the themes inherit from each other in a cycle: a → b → c → a"]
            )
            #expect(
                load("deep0") == [
                    "\(directory)/deep7.toml:2: inherits: more than 8 themes inherit from each other, shorten the chain"
                ]
            )
            #expect(
                load("wrong") == [
                    "\(directory)/wrong.toml: name: \"other\" differs from the file's name, write name = \"wrong\" or rename the file"
                ]
            )
            #expect(load("wrng") == ["theme: \"wrng\": unknown theme, did you mean \"wrong\"?"])
            #expect(load("../a").first?.hasPrefix("theme: \"../a\": unknown theme") == true)
        }
    }
}
