import TestSupport
import Testing

@Suite(.timeLimit(.minutes(2))) struct TerminalTests {
    private static let shell = "/bin/sh"

    @Test func `a terminal shows output and sends input`() async throws {
        let script = "tput colors; printf '\\033[31mred\\033[0m \\316\\261\\n'; read line; echo \"got $line\"; exit 3"
        let terminal = try await TerminalDriver.start([Self.shell, "-c", script], columns: 40, rows: 5)
        try await terminal.waitFor("red α")
        let screen = try await terminal.screen()
        #expect(screen.count == 5)
        #expect(screen.first == "256")
        #expect(try await terminal.screen(escapes: true)[1].hasPrefix("\u{1B}[31mred"))

        try await terminal.type("Enter; -x")
        try await terminal.press("Enter")
        try await terminal.waitFor("got Enter; -x")
        #expect(try await terminal.waitForExit() == .exited(3))
        await terminal.close()
    }

    @Test func `resizing, pasting, signals and modes`() async throws {
        let script =
            "printf '\\033[?2004h\\033[?1049h\\033[?1000h'; trap 'stty size' WINCH; while :; do read line && echo \"<$line>\"; done"
        let terminal = try await TerminalDriver.start(["/bin/bash", "-c", script], columns: 40, rows: 6)
        let status = try await terminal.waitForStatus("modes") { $0.isAlternateScreen && $0.takesMouse }
        #expect(status.columns == 40 && status.rows == 6 && status.exit == nil)

        try await terminal.paste("pasted\n")
        // The terminal's echo shows the brackets of the paste.
        try await terminal.waitFor("[200~pasted")
        try await terminal.resize(columns: 50, rows: 7)
        let resized = try await terminal.waitForStatus("new size") { $0.columns == 50 }
        #expect(resized.rows == 7)
        #expect(try await terminal.screen().count == 7)
        try await terminal.signal(9)
        #expect(try await terminal.waitForExit() == .signaled(9))
        await terminal.close()
    }

    @Test func `a failure contains the screen`() async throws {
        let terminal = try await TerminalDriver.start([Self.shell, "-c", "echo here; read line"], columns: 20, rows: 3)
        try await terminal.waitFor("here")
        let error = try await #require(throws: WaitTimeoutError.self) {
            try await terminal.waitFor("elsewhere", within: .zero)
        }
        #expect(error.description.contains("|here|") && error.description.contains(#""elsewhere""#))
        await terminal.close()
    }

    @Test func `a pseudo-terminal records bytes and knows size and modes`() async throws {
        let script = """
            stty size; trap 'stty size' WINCH; stty raw -echo; printf ready; \
            while IFS= read -r line; do [ "$line" = end ] && exit 4; done
            """
        let terminal = try PseudoTerminal(["/bin/bash", "-c", script], columns: 33, rows: 11)
        let offset = try await terminal.waitFor("ready")
        #expect(terminal.bytes == Array("11 33\r\nready".utf8))
        #expect(terminal.modes?.isCanonical == false && terminal.modes?.echoes == false)
        try terminal.resize(columns: 44, rows: 12)
        try terminal.send("x\n")
        try await terminal.waitFor("12 44", after: offset)
        try terminal.send("end\n")
        #expect(try await terminal.waitForExit() == .exited(4))
        #expect(terminal.modes?.echoes == false)
    }

    @Test func `a program on a pseudo-terminal has it as its controlling terminal`() async throws {
        let terminal = try PseudoTerminal([Self.shell, "-c", "echo started; exec cat > /dev/null"])
        try await terminal.waitFor("started")
        let modes = try #require(terminal.modes)
        #expect(modes.isCanonical && modes.echoes && modes.generatesSignals)
        // Control-C reaches the program only through its controlling terminal.
        try terminal.send("\u{3}")
        #expect(try await terminal.waitForExit() == .signaled(2))
    }
}

@Suite("Parsing terminal output", .timeLimit(.minutes(2)))
struct TerminalOutputTests {
    @Test
    func `the output of ncurses is allowed, and its text is extracted`() {
        let bytes = "\u{1B}[?1049h\u{1B}[1;5H\u{1B}[38;5;12mab\u{1B}(B\u{1B}[m\r\né\u{1B}[K\u{1B}[?1000h\u{1B}[?25l日"
        let output = TerminalOutput(Array(bytes.utf8))
        #expect(output.problems.isEmpty)
        #expect(String(output.text) == "abé日")
        #expect(output.sequenceCount == 8)
    }

    @Test(
        arguments: [
            "\u{1B}]0;title\u{7}", "\u{1B}]52;c;eA==\u{1B}\\", "\u{1B}P1$r\u{1B}\\", "\u{1B}[6n", "\u{1B}[c", "\u{1B}[?1004h",
            "\u{1B}c", "\u{1B}[>c", "\u{7}", "\u{7F}", "\u{0}", "\u{9B}31m", "\u{85}", "\u{202E}", "\u{2066}", "\u{200B}",
            "\u{2028}", "\u{2029}", "\u{E000}", "\u{E0041}", "\u{AD}", "\u{FEFF}", "\u{1B}[22;0;0t", "\u{1B}",
        ]
    )
    func `all other sequences are reported`(_ text: String) {
        #expect(!TerminalOutput(Array("before\(text)after".utf8)).problems.isEmpty, "\(text.debugDescription)")
    }

    @Test(arguments: [[0xFF], [0xC3], [0x9B], [0xED, 0xA0, 0x80]] as [[UInt8]])
    func `invalid UTF-8 is reported`(_ bytes: [UInt8]) {
        #expect(!TerminalOutput(Array("before".utf8) + bytes + Array("after".utf8)).problems.isEmpty)
    }
}
