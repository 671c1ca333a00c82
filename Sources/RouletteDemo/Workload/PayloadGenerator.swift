import Roulette
import SeededRandomness
import TextCoding

/// Generates the messages of the demo.
struct PayloadGenerator: Sendable {
    private static let documentSize = 16 << 10
    /// Every document at this interval is large.
    private static let largeDocumentInterval = 200
    private static let largeDocumentSize = 512 << 10

    /// A body with its headers.
    struct Message {
        let body: [UInt8]
        var headers: Headers?
    }

    private var random: SplitMix64
    private var serial = 0
    private var documents = 0

    init(seed: UInt64) {
        random = SplitMix64(seed: seed)
    }

    /// Returns the next message for a topic.
    mutating func next(for topic: TopicCatalog.Topic) -> Message {
        serial += 1
        switch topic.content {
        case .record: return Message(body: record().bytes, headers: recordHeaders())
        case .reading: return Message(body: reading().bytes)
        case .text: return Message(body: Array(logLine(topic.name).utf8))
        case .binary: return Message(body: image())
        case .document: return Message(body: document().bytes)
        }
    }

    /// Returns headers that programs use to find duplicates and to trace a message.
    private mutating func recordHeaders() -> Headers? {
        let trace = String(random.next(), radix: 16)
        return try? Headers([
            ("Nats-Msg-Id", String(100_000 + serial)), ("Trace-Id", trace), ("Content-Type", "application/json"),
        ])
    }

    private mutating func pick<T>(_ choices: [T]) -> T {
        choices[Int.random(in: 0..<choices.count, using: &random)]
    }

    private mutating func record() -> JSONObject {
        [
            "id": .number(100_000 + serial),
            "customer": .number(Int.random(in: 1_000...9_999, using: &random)),
            "cents": .number(Int.random(in: 199...49_900, using: &random)),
            "currency": .string(pick(["EUR", "USD", "JPY", "NOK"])),
            "note": .string(pick(["", "gift", "zerbrechlich", "à l’étage", "お急ぎ", "📦 two boxes"])),
        ]
    }

    private mutating func reading() -> JSONObject {
        [
            "sequence": .number(serial),
            // In thousandths of a degree, so that the number is an integer.
            "milli": .number(Int.random(in: 18_000...27_500, using: &random)),
            "ok": .bool(Int.random(in: 0..<50, using: &random) > 0),
        ]
    }

    private mutating func logLine(_ topic: String) -> String {
        let text = pick(["request done", "cache miss", "retrying upstream", "session renewed", "slow query"])
        let milliseconds = Int.random(in: 1...900, using: &random)
        return "\(topic) #\(serial) \(text) in \(milliseconds) ms"
    }

    /// Returns the beginning of a JPEG file, followed by random bytes.
    private mutating func image() -> [UInt8] {
        let start: [UInt8] = [0xFF, 0xD8, 0xFF, 0xE0, 0x00, 0x10] + Array("JFIF".utf8) + [0x00, 0x01, 0x02]
        return start + (0..<Int.random(in: 64...512, using: &random)).map { _ in UInt8.random(in: .min ... .max, using: &random) }
    }

    private mutating func document() -> JSONObject {
        documents += 1
        let limit = documents % Self.largeDocumentInterval == 0 ? Self.largeDocumentSize : Self.documentSize
        var rows: [JSONValue] = []
        var size = 0
        while size < limit {
            let row = record()
            size += row.line.count
            rows.append(.object(row))
        }
        return ["report": .number(serial), "rows": .array(rows)]
    }
}
