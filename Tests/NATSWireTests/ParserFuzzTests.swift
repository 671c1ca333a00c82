import NATSWire
import NIOCore
import SeededRandomness
import Testing

@Suite struct ParserFuzzTests {
    private static let seeds: [[UInt8]] = [
        "INFO {\"server_id\":\"A\",\"max_payload\":1048576}\r\nPING\r\n",
        "MSG foo.bar 1 5\r\nhello\r\nMSG foo 22 _INBOX.x 11\r\nhello world\r\n",
        "HMSG foo 1 12 17\r\nNATS/1.0\r\n\r\nhello\r\nHMSG f 1 r 22 22\r\nNATS/1.0 503\r\nA: b\r\n\r\n\r\n",
        "-ERR 'Authorization Violation'\r\n+OK\r\nPONG\r\nmsg\ta  1\t 0 \n\r\n",
    ].map { Array($0.utf8) }

    /// The number of inputs for each seed. `scripts/test --all` runs a million inputs with libFuzzer.
    private static let inputs = 50_000

    /// For any bytes: no trap, the same result with another split, and no more bytes kept than were sent.
    @Test(
        arguments: [UInt64(0x5EED_0001), 0x5EED_0002]
    )
    func `check 35: the parser never traps, and splits do not change its result`(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let limits = OperationParser.Limits(maxControlLine: 96, maxInfoLine: 128, maxErrorLine: 96, maxMessageSize: 4096)
        var mismatches = 0
        var failures = 0
        var reported = 0
        for _ in 0..<Self.inputs {
            let input = Self.mutated(&random)
            let split = Int.random(in: 0...input.count, using: &random)
            let whole = Self.digest([input[...]], limits: limits)
            let parts = Self.digest([input[..<split], input[split...]], limits: limits)
            if whole != parts || whole.keptTooMuch { mismatches += 1 }
            if whole.failed { failures += 1 }
            reported += whole.operations
        }
        #expect(mismatches == 0, "seed \(seed)")
        // The test is meaningful only if the mutations produce both valid and invalid input.
        #expect(failures > Self.inputs / 10 && reported > Self.inputs / 2, "seed \(seed)")
    }

    private static func mutated(_ random: inout SplitMix64) -> [UInt8] {
        var bytes = Self.seeds.randomElement(using: &random) ?? []
        let special = Array("\r\n \t0123456789-+MSGHPINOKERfo{\"'\u{0}".utf8) + [0x80, 0xFF]
        for _ in 0..<Int.random(in: 0...4, using: &random) {
            let index = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0: bytes[index] = UInt8.random(in: 0...255, using: &random)
            case 1: bytes[index] = special.randomElement(using: &random) ?? 0
            case 2: bytes.insert(special.randomElement(using: &random) ?? 0, at: index)
            default: bytes.removeSubrange(index..<min(bytes.count, index + Int.random(in: 1...3, using: &random)))
            }
            if bytes.isEmpty { bytes = [0x0D] }
        }
        return bytes
    }

    private struct Digest: Equatable {
        var hash = 0
        var operations = 0
        var failed = false
        var keptTooMuch = false
    }

    /// Reads every part of every message, so that a wrong offset would trap, and combines all parts into one number.
    private struct DigestSink: OperationSink {
        var hasher = Hasher()
        var operations = 0
        var keptTooMuch = false

        mutating func message(_ message: consuming WireMessage) {
            self.operations += 1
            self.hasher.combine(message.sid)
            self.hasher.combine(message.subject)
            self.hasher.combine(message.reply)
            self.hasher.combine(message.headerBytes)
            self.hasher.combine(message.payload)
            self.hasher.combine(message.byteCount)
            self.hasher.combine(message.status)
            if let headers = try? message.headers() { self.hasher.combine(headers) }
        }

        mutating func info(_ json: ByteBuffer) {
            self.add(1, json)
            self.hasher.combine((try? ServerInfo.parse(json))?.maxPayload)
        }

        mutating func ping() { self.add(2, ByteBuffer()) }
        mutating func pong() { self.add(3, ByteBuffer()) }
        mutating func ok() { self.add(4, ByteBuffer()) }
        mutating func serverError(_ text: ByteBuffer) { self.add(5, text) }

        private mutating func add(_ kind: Int, _ text: ByteBuffer) {
            self.operations += 1
            self.hasher.combine(kind)
            self.hasher.combine(text)
        }
    }

    private static func digest(_ reads: [ArraySlice<UInt8>], limits: OperationParser.Limits) -> Digest {
        var parser = OperationParser(limits: limits)
        var sink = DigestSink()
        var failed = false
        for read in reads {
            do {
                try parser.parse(ByteBuffer(bytes: read), into: &sink)
            } catch {
                failed = true
                break
            }
            sink.keptTooMuch = sink.keptTooMuch || parser.pendingBytes > limits.maxControlLine + limits.maxMessageSize + 2
        }
        // A stream that ends early in only one of the two parses must be detected.
        if !failed { sink.hasher.combine(parser.pendingBytes) }
        return Digest(hash: sink.hasher.finalize(), operations: sink.operations, failed: failed, keptTooMuch: sink.keptTooMuch)
    }
}
