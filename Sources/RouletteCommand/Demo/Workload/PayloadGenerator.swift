/// Makes the messages of the demo.
struct PayloadGenerator: Sendable {
    private static let documentSize = 16 << 10

    private var random: SplitMix64
    private var serial = 0

    init(seed: UInt64) {
        random = SplitMix64(seed: seed)
    }

    /// The next message for a topic.
    mutating func next(for topic: TopicCatalog.Topic) -> [UInt8] {
        serial += 1
        switch topic.content {
        case .record: return record().line.dropLast()
        case .reading: return reading().line.dropLast()
        case .text: return Array(logLine(topic.name).utf8)
        case .binary: return binary()
        case .document: return document().line.dropLast()
        }
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
            // In thousandths, so that the number is exact.
            "milli": .number(Int.random(in: 18_000...27_500, using: &random)),
            "ok": .bool(Int.random(in: 0..<50, using: &random) > 0),
        ]
    }

    private mutating func logLine(_ topic: String) -> String {
        let text = pick(["request done", "cache miss", "retrying upstream", "session renewed", "slow query"])
        let milliseconds = Int.random(in: 1...900, using: &random)
        return "\(topic) #\(serial) \(text) in \(milliseconds) ms"
    }

    private mutating func binary() -> [UInt8] {
        (0..<Int.random(in: 64...512, using: &random)).map { _ in UInt8.random(in: .min ... .max, using: &random) }
    }

    private mutating func document() -> JSONObject {
        var rows: [JSONValue] = []
        var size = 0
        while size < Self.documentSize {
            let row = record()
            size += row.line.count
            rows.append(.object(row))
        }
        return ["report": .number(serial), "rows": .array(rows)]
    }
}
