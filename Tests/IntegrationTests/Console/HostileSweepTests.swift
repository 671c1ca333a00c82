import Foundation
import SeededRandomness
import TestSupport
import Testing

/// Draws all text that a peer can send with the real program: every code point that a terminal might interpret or hide, and
/// random bytes, as topics, headers, payloads and server errors. All control bytes that reach the terminal must be the
/// program's own.
@Suite("Hostile text, all of it, on the terminal", .serialized, .timeLimit(.minutes(10)))
struct HostileSweepTests {
    /// A screen that is large enough for many messages in one frame.
    private static let size = (columns: 300, rows: 150)
    /// The number of messages or errors for one frame; fewer than the rows of a list.
    private static let batch = 130

    // MARK: Texts

    /// All code points of the categories Cc, Cf, Co, Zl and Zp. Of the 137,468 private-use code points, every `step`-th
    /// one.
    private static func codePoints(privateUseStep step: Int) -> [Unicode.Scalar] {
        var scalars: [Unicode.Scalar] = []
        var privateUse = 0
        for value in UInt32(0)...0x10FFFF {
            guard let scalar = Unicode.Scalar(value) else { continue }
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator: scalars.append(scalar)
            case .privateUse:
                if privateUse % step == 0 { scalars.append(scalar) }
                privateUse += 1
            default: continue
            }
        }
        return scalars
    }

    /// The number of escaped code points that fit in the topic column.
    private static let codePointsPerText = 6

    private static func texts(of scalars: [Unicode.Scalar]) -> [[UInt8]] {
        stride(from: 0, to: scalars.count, by: codePointsPerText).map { start in
            let part = scalars[start..<min(start + codePointsPerText, scalars.count)]
            return part.flatMap { Array(String($0).utf8) }
        }
    }

    /// Random bytes, and random pieces of terminal sequences.
    private static func randomTexts(_ count: Int) -> [[UInt8]] {
        var random = SplitMix64(seed: 0x5EED)
        let pieces: [[UInt8]] = [
            "\u{1B}[", "\u{1B}]", "\u{1B}P", "\u{1B}\\", "\u{1B}", "\u{7}", "\r", "\n", "\u{8}", "\u{9B}", "\u{9D}", "\u{90}",
            "\u{202E}", "\u{2067}", "\u{200D}", "\u{301}", "\u{301}", "日", "👩", "\u{1F3FD}", "6n", "52;c;", "?1049l", "0;x",
        ].map { Array($0.utf8) }
        return (0..<count).map { _ in
            var text: [UInt8] = []
            let length = Int.random(in: 1...14, using: &random)
            while text.count < length {
                switch Int.random(in: 0..<3, using: &random) {
                case 0: text.append(UInt8.random(in: 0...255, using: &random))
                case 1: text.append(UInt8.random(in: 0..<32, using: &random))
                default: text += pieces.randomElement(using: &random) ?? []
                }
            }
            return text
        }
    }

    /// Returns the valid part for a topic: no blanks, no empty token, no wildcard.
    private static func topic(_ text: [UInt8]) -> [UInt8] {
        let replaced: Set<UInt8> = [0x00, 0x09, 0x0A, 0x0C, 0x0D, 0x20, UInt8(ascii: "."), UInt8(ascii: "*"), UInt8(ascii: ">")]
        return Array("t.".utf8) + text.map { replaced.contains($0) ? UInt8(ascii: "_") : $0 }
    }

    /// Returns the valid part for a header value.
    private static func headerValue(_ text: [UInt8]) -> [UInt8] {
        [UInt8(ascii: "<")] + text.filter { $0 != 0x0A && $0 != 0x0D && $0 != 0 } + [UInt8(ascii: ">")]
    }

    // MARK: Terminal

    /// Runs the console on one server and checks all bytes that it wrote.
    private func withRecordedConsole(_ address: String, _ body: (TerminalDriver) async throws -> Void) async throws {
        let home = try TemporaryDirectory(for: "home")
        defer { try? home.remove() }
        let terminal = try await TerminalDriver.start(
            [try BuiltProgram.path(), "--server", "alpha=\(address)"],
            columns: Self.size.columns,
            rows: Self.size.rows,
            environment: ["HOME": home.path, "XDG_CONFIG_HOME": home.path, "XDG_STATE_HOME": home.path]
        )
        let file = home.path + "/output"
        do {
            try await terminal.waitFor("1 cluster: 1 up")
            try await terminal.record(to: file)
            try await body(terminal)
            try await terminal.press("q")
            try await terminal.waitForStatus("normal screen after quitting") { !$0.isAlternateScreen }
            try await terminal.waitFor("the end of the recording") { _ in
                (try? Data(contentsOf: URL(fileURLWithPath: file)))?.firstRange(of: Data("\u{1B}[?1049l".utf8)) != nil
            }
        } catch {
            await terminal.close()
            throw error
        }
        await terminal.close()
        let output = TerminalOutput(Array(try Data(contentsOf: URL(fileURLWithPath: file))))
        #expect(output.problems.isEmpty, "\(output.problems.joined(separator: "\n"))")
        #expect(output.sequenceCount > 100)
        #expect(output.text.count > 1_000)
    }

    /// Sends texts as topics and payloads, as many at once as fit in a frame, and waits until they are drawn.
    private func send(_ texts: [[UInt8]], _ terminal: TerminalDriver, _ publisher: RawClient) async throws {
        for (number, start) in stride(from: 0, to: texts.count, by: Self.batch).enumerated() {
            let part = texts[start..<min(start + Self.batch, texts.count)]
            var frames: [UInt8] = []
            for text in part {
                frames += Array("PUB ".utf8) + Self.topic(text) + Array(" \(text.count)\r\n".utf8) + text + [13, 10]
            }
            try await finish(frames, "lists \(start) of \(texts.count), \(number).", terminal, publisher)
        }
    }

    /// Sends texts as headers of consecutive messages.
    private func sendHeaders(_ texts: [[UInt8]], _ terminal: TerminalDriver, _ publisher: RawClient) async throws {
        let perMessage = Self.batch - 10
        for (number, start) in stride(from: 0, to: texts.count, by: perMessage).enumerated() {
            var headers = Array("NATS/1.0\r\n".utf8)
            for text in texts[start..<min(start + perMessage, texts.count)] {
                headers += Array("H:".utf8) + Self.headerValue(text) + [13, 10]
            }
            headers += [13, 10]
            let mark = "headers \(start) of \(texts.count), \(number)."
            let frame = Array("HPUB mark \(headers.count) \(headers.count + mark.utf8.count)\r\n".utf8) + headers
            try await publisher.connection.send(frame + Array("\(mark)\r\n".utf8))
            try await publisher.flush()
            try await terminal.waitFor(mark)
        }
    }

    private func finish(_ frames: [UInt8], _ mark: String, _ terminal: TerminalDriver, _ publisher: RawClient) async throws {
        let last = Array("PUB mark \(mark.utf8.count)\r\n\(mark)\r\n".utf8)
        try await publisher.connection.send(frames + last)
        try await publisher.flush()
        try await terminal.waitFor(mark)
    }

    // MARK: Tests

    @Test
    func `hostile topics, header values and payloads in the Tail, and topics in the Topics view`() async throws {
        let scalars = Self.codePoints(privateUseStep: TestScale.count(64, full: 1))
        #expect(scalars.count > TestScale.count(2_000, full: 137_000))
        let texts = Self.texts(of: scalars) + Self.randomTexts(TestScale.count(1_000, full: 10_000))
        try await withDeployment(clusters: 1) { deployment in
            let publisher = try await RawClient.connect(port: deployment.servers[0].port)
            try await withRecordedConsole(deployment.servers[0].address) { terminal in
                try await terminal.press(":")
                try await terminal.type("watch >")
                try await terminal.press("Enter", "3")
                try await terminal.repeating("first message") {
                    try await publisher.publish("first message", to: "first")
                    try await publisher.flush()
                }
                try await send(texts, terminal, publisher)
                try await sendHeaders(texts, terminal, publisher)
                try await terminal.press("2")
                try await terminal.waitFor("TOPIC")
                for _ in 0..<TestScale.count(5, full: 40) { try await terminal.press("PageDown") }
            }
            await publisher.close()
        }
    }

    @Test
    func `hostile server errors in the Events view and the Overview`() async throws {
        let scalars = Self.codePoints(privateUseStep: TestScale.count(64, full: 1))
        let texts = (Self.texts(of: scalars) + Self.randomTexts(TestScale.count(1_000, full: 10_000))).map { text in
            text.filter { $0 != 0x0A && $0 != 0x0D && $0 != 0 && $0 != UInt8(ascii: "'") }
        }
        // A server that answers PINGs. Its first connection sends the errors of the test.
        let server = try await ScriptedServer.start { connection in
            try await ScriptedServer.handshake(connection)
            while true {
                try await connection.expect("PING", within: .seconds(600))
                try await connection.send("PONG\r\n")
            }
        }
        try await withRecordedConsole("127.0.0.1:\(server.port)") { terminal in
            let connection = try await server.connection(0)
            try await terminal.press("7")
            for (number, start) in stride(from: 0, to: texts.count, by: Self.batch).enumerated() {
                var lines: [UInt8] = []
                for text in texts[start..<min(start + Self.batch, texts.count)] {
                    lines += Array("-ERR 'x".utf8) + text + Array("'\r\n".utf8)
                }
                let mark = "errors \(start) of \(texts.count), \(number)."
                try await connection.send(lines + Array("-ERR '\(mark)'\r\n".utf8))
                try await terminal.waitFor(mark)
            }
            try await terminal.press("1")
            try await terminal.waitFor("Clusters")
        }
        await server.close()
    }
}
