import Roulette
import TestSupport
import Testing

@Suite("Hostile messages, byte by byte on the terminal", .serialized, .timeLimit(.minutes(5)))
struct HostileMessageTests {
    /// The bytes that a message must not make the program write, and the text that is shown instead.
    private static let payload: [UInt8] =
        Array("A\u{1B}]0;pwned\u{07}B".utf8)  // window title
        + Array("C\u{1B}]52;c;cHduZWQ=\u{07}D".utf8)  // clipboard
        + Array("E\u{90}q\u{9C}\u{9B}31mF".utf8)  // C1 controls as UTF-8
        + Array("G\u{202E}dlrow\u{2066}\u{200B}H".utf8)  // bidi and zero width
        + Array("I\rJ\u{08}K".utf8)  // carriage return, backspace
        + [0x4C, 0xFF, 0xC3, 0x28, 0x9B, 0x4D]  // invalid UTF-8, a bare C1 byte

    @Test
    func `hostile bytes are shown as visible escapes`() async throws {
        try await withDeployment(clusters: 1) { deployment in
            let console = try await TerminalDriver.start(
                [try BuiltProgram.path(), "--server", "alpha=\(deployment.servers[0].address)"],
                columns: 200,
                rows: 50,
                environment: ["HOME": "/nonexistent", "XDG_CONFIG_HOME": "/nonexistent"]
            )
            try await console.waitFor("1 cluster: 1 up")
            try await console.press("s")
            try await console.waitFor("Subscribe")
            try await console.type("evil.>")
            try await console.press("Enter", "3")
            let publisher = try await RawClient.connect(port: deployment.servers[0].port)
            let frame = Array("PUB evil.topic \(Self.payload.count)\r\n".utf8) + Self.payload + [13, 10]
            try await console.repeating("A^[]0;pwned^GB") {
                try await publisher.connection.send(frame)
                try await publisher.flush()
            }
            try await console.waitFor("^[]52;c;cHduZWQ=^G")
            // The rows are shorter than the message.
            let parts: [(bytes: [UInt8], shown: String)] = [
                (Array("E\u{90}q\u{9C}\u{9B}31mF".utf8), "E<U+0090>q<U+009C><U+009B>31mF"),
                (Array("G\u{202E}dlrow\u{200B}I\rJ\u{08}K".utf8) + [0xFF], "G<U+202E>dlrow<U+200B>I^MJ^HK\\xFF"),
            ]
            for part in parts {
                try await publisher.connection.send(
                    Array("PUB evil.topic \(part.bytes.count)\r\n".utf8) + part.bytes + [13, 10]
                )
                try await console.waitFor(part.shown)
            }
            await publisher.close()
            await console.close()
        }
    }

    @Test
    func `the terminal receives only the program's own sequences`() async throws {
        try await withDeployment(clusters: 1) { deployment in
            let console = try PseudoTerminal(
                [try BuiltProgram.path(), "--server", "alpha=\(deployment.servers[0].address)"],
                columns: 200,
                rows: 50,
                environment: [
                    "TERM": "xterm-256color", "LC_ALL": "C.UTF-8", "HOME": "/nonexistent", "XDG_CONFIG_HOME": "/nonexistent",
                ]
            )
            _ = try await console.waitFor("alpha")
            try console.send("s")
            _ = try await console.waitFor("Subscribe")
            try console.send("evil.>\r")
            _ = try await console.waitFor("subscrib", after: console.bytes.count - 1)
            try console.send("3")
            let publisher = try await RawClient.connect(port: deployment.servers[0].port)
            let frame = Array("PUB evil.topic \(Self.payload.count)\r\n".utf8) + Self.payload + [13, 10]
            // Until the subscription is active and the message is on the screen.
            var shown: Int?
            for _ in 0..<100 where shown == nil {
                try await publisher.connection.send(frame)
                try await publisher.flush()
                shown = try? await console.waitFor("]0;pwned", within: .milliseconds(200))
            }
            #expect(shown != nil, "the message is shown")
            try console.send("x")
            try console.send("\r")
            _ = try await console.waitFor("00000000")
            try console.send("q")
            _ = try await console.waitForExit()

            let bytes = console.bytes
            #expect(!contains(bytes, Array("\u{1B}]".utf8)), "no OSC sequence at all")
            #expect(!contains(bytes, [0x1B, 0x50]), "no DCS")
            #expect(!bytes.contains(0x07), "no BEL")
            for scalar in ["\u{90}", "\u{9B}", "\u{9C}", "\u{202E}", "\u{2066}", "\u{200B}"] {
                #expect(!contains(bytes, Array(scalar.utf8)), "\(scalar.unicodeScalars.map(\.value))")
            }
            #expect(String(validating: bytes, as: UTF8.self) != nil, "no invalid byte")
        }
    }

    @Test
    func `the command sub prints the same escapes, also to a pipe`() async throws {
        try await withDeployment(clusters: 1) { deployment in
            async let printed = BuiltProgram.run(
                ["sub", "evil.topic", "--count", "1", "--server", deployment.servers[0].address]
            )
            let publisher = try await RawClient.connect(port: deployment.servers[0].port)
            let frame = Array("PUB evil.topic \(Self.payload.count)\r\n".utf8) + Self.payload + [13, 10]
            let sending = Task {
                while !Task.isCancelled {
                    try await publisher.connection.send(frame)
                    try await publisher.flush()
                }
            }
            let result = try await printed
            sending.cancel()
            _ = await sending.result
            #expect(result.status == .exited(0))
            let bytes = Array(result.output.utf8)
            #expect(result.output.contains("^[]0;pwned^G"))
            #expect(!bytes.contains(0x1B))
            #expect(!bytes.contains(0x07))
            #expect(!bytes.contains(0x0D))
            #expect(!contains(bytes, Array("\u{202E}".utf8)))
        }
    }

    private func contains(_ bytes: [UInt8], _ part: [UInt8]) -> Bool {
        guard bytes.count >= part.count else { return false }
        return (0...(bytes.count - part.count)).contains { bytes[$0..<$0 + part.count].elementsEqual(part) }
    }
}

extension TerminalDriver {
    /// Repeats an action until the screen shows its effect, because a subscription may not be active yet.
    func repeating(_ text: String, _ action: () async throws -> Void) async throws {
        for _ in 0..<100 {
            try await action()
            if (try? await waitFor(text, within: .milliseconds(200))) != nil { return }
        }
        try await waitFor(text, within: .zero)
    }
}
