import Foundation
import TestSupport
import Testing

@Suite("Navigation in a terminal, on a real server", .serialized, .timeLimit(.minutes(5)))
struct NavigationTests {
    @Test
    func `the terminal can change its size during typing and while the tail is scrolled`() async throws {
        try await withActingConsole { console in
            let terminal = console.terminal
            let publisher = try await RawClient.connect(port: console.server.port)
            try await console.watchAll(publisher)
            for number in 0..<200 { try await publisher.publish("body \(number)", to: "orders.\(number)") }
            try await publisher.flush()
            try await terminal.waitFor("body 199")
            let sizes = [(20, 5), (300, 80), (40, 12), (1, 1), (63, 17), (120, 36), (41, 13), (100, 30)]
            try await terminal.press("g")
            for (columns, rows) in sizes {
                try await terminal.resize(columns: columns, rows: rows)
                try await terminal.press("Down")
            }
            // On a screen that is too small, keys have no effect.
            try await terminal.waitFor("Tail, paused")
            try await terminal.press("p")
            try await terminal.waitFor("Headers")
            try await terminal.press("C-u")
            for (index, (columns, rows)) in sizes.enumerated() where columns >= 40 && rows >= 12 {
                try await terminal.resize(columns: columns, rows: rows)
                try await terminal.type("\(index)")
            }
            // A screen that is temporarily too small does not change the typed text.
            try await terminal.resize(columns: 20, rows: 5)
            try await terminal.resize(columns: 100, rows: 30)
            try await terminal.waitFor("124567")
            #expect(try await terminal.screen().count == 30)
        }
    }

    @Test
    func `^z stops the console with restored terminal modes, and fg resumes it`() async throws {
        try await withActingConsole(underShell: true) { console in
            let terminal = console.terminal
            try await console.openForm("orders.eu")
            try await console.closeForm()
            try await terminal.press("m")
            try await terminal.waitForStatus("mouse on") { $0.takesMouse }
            try await terminal.press("C-z")
            try await terminal.waitForStatus("normal screen, mouse off") { !$0.isAlternateScreen && !$0.takesMouse }
            try await terminal.type("stty -a | grep -o ' icanon'; echo sane")
            try await terminal.press("Enter")
            try await terminal.waitFor("sane modes") { screen in screen.contains(" icanon") && screen.contains("sane") }
            try await terminal.type("fg")
            try await terminal.press("Enter")
            try await terminal.waitForStatus("mouse on again") { $0.isAlternateScreen && $0.takesMouse }
            try await terminal.waitFor("1 cluster: 1 up")
            try await terminal.press("3")
            try await terminal.waitFor("No subscription yet")
            try await terminal.press("q")
            try await terminal.waitForStatus("normal screen, mouse off") { !$0.isAlternateScreen && !$0.takesMouse }
        }
    }

    @Test
    func `a paste is only text, and has no effect without a text field`() async throws {
        try await withActingConsole { console in
            let terminal = console.terminal
            try await terminal.paste("q\u{3}:quit\n")
            try await console.openForm("orders.eu")
            try await terminal.press("Tab", "Tab")
            try await terminal.paste("one\u{1B}[31m\u{3}\ntwo\u{202E}")
            try await terminal.waitFor("Body    one[31m")
            try await terminal.waitFor("two<U+202E>")
            let listener = try await RawClient.connect(port: console.server.port)
            try await listener.subscribe(to: "orders.eu")
            try await listener.flush()
            try await terminal.press("Enter")
            try await terminal.waitFor("confirmed")
            #expect(try await listener.nextMessage().text == "one[31m\ntwo\u{202E}")
            await listener.close()
        }
    }

    @Test
    func `the mouse is off until m enables it; clicks then switch views, select and open`() async throws {
        try await withActingConsole { console in
            let terminal = console.terminal
            let publisher = try await RawClient.connect(port: console.server.port)
            try await console.watchAll(publisher)
            for topic in ["orders.eu", "orders.us"] { try await publisher.publish("body of \(topic)", to: topic) }
            try await publisher.flush()
            try await terminal.waitFor("body of orders.us")
            #expect(try await !terminal.status().takesMouse)
            try await terminal.press("m")
            try await terminal.waitForStatus("mouse on") { $0.takesMouse }
            try await click("2 Topics", terminal)
            try await terminal.waitFor("TOPIC")
            // By name, so that rates do not change the order of the rows.
            try await terminal.press("S", "S", "S", "S", "S")
            try await terminal.waitFor("TOPIC▲")
            try await terminal.waitFor("orders.us")
            try await click("orders.us", terminal)
            try await terminal.waitFor("▸ orders.us")
            try await click("orders.us", terminal)
            try await terminal.waitFor("owner        alpha")
            try await terminal.press("m")
            try await terminal.waitForStatus("mouse off") { !$0.takesMouse }
            await publisher.close()
        }
    }

    /// Clicks the first occurrence of a text with the left button, as xterm reports it (SGR 1006).
    private func click(_ text: String, _ terminal: TerminalDriver) async throws {
        let screen = try await terminal.screen()
        let row = try #require(screen.firstIndex { $0.contains(text) })
        let range = try #require(screen[row].firstRange(of: text))
        let column = screen[row].unicodeScalars.distance(from: screen[row].startIndex, to: range.lowerBound)
        for final in ["M", "m"] {
            try await terminal.send(Array("\u{1B}[<0;\(column + 1);\(row + 1)\(final)".utf8))
        }
    }

    @Test
    func `L prints the screen as text outside the alternate screen, and any key returns`() async throws {
        try await withActingConsole { console in
            let terminal = console.terminal
            try await terminal.press("L")
            try await terminal.waitForStatus("normal screen") { !$0.isAlternateScreen }
            let screen = try await terminal.waitFor("press any key to return")
            #expect(screen.contains { $0.contains("alpha") && $0.contains(" up ") })
            #expect(!screen.contains { $0.contains("│") || $0.contains("╭") })
            try await terminal.press("q")
            try await terminal.waitForStatus("screen of the console") { $0.isAlternateScreen }
            try await terminal.waitFor("╭ Clusters")
            // The key that returned had no other effect.
            try await terminal.press("3")
            try await terminal.waitFor("No subscription yet")
        }
    }

    @Test
    func `a signal while the text is shown restores the terminal`() async throws {
        try await withDeployment(clusters: 1) { deployment in
            let console = try PseudoTerminal(
                [try BuiltProgram.path(), "--server", "alpha=\(deployment.servers[0].address)"],
                environment: ["LC_ALL": "C.UTF-8", "HOME": "/nonexistent"]
            )
            let before = try #require(console.modes)
            _ = try await console.waitFor("alpha")
            try console.send("L")
            _ = try await console.waitFor("press any key to return")
            #expect(try #require(console.modes) != before, "the console reads key by key")
            console.signal(SIGTERM)
            #expect(try await console.waitForExit() == .signaled(SIGTERM))
            #expect(try #require(console.modes) == before)
        }
    }

    @Test
    func `two actions with the same key are an error at the start that names both`() async throws {
        let directory = try TemporaryDirectory(for: "config")
        defer { try? directory.remove() }
        let file = directory.path + "/config.toml"
        try "[profiles.a]\nservers = [\"127.0.0.1:1\"]\n[keys]\npublish = \"s\"\n"
            .write(toFile: file, atomically: true, encoding: .utf8)
        let result = try await BuiltProgram.run(["--config", file])
        #expect(result.status == .exited(2))
        #expect(result.errors.contains("the key \"s\" of publish is also a key of subscribe"))
    }
}
