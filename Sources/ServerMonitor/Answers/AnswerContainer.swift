/// The fields of an answer. Servers leave fields out that have nothing to say, and older ones do not know newer fields.
struct AnswerContainer {
    private let container: KeyedDecodingContainer<AnyKey>

    init(_ decoder: any Decoder) throws {
        container = try decoder.container(keyedBy: AnyKey.self)
    }

    func text(_ key: String) throws -> String? { try container.decodeIfPresent(String.self, forKey: AnyKey(key)) }

    func number(_ key: String) throws -> UInt64 { try container.decodeIfPresent(UInt64.self, forKey: AnyKey(key)) ?? 0 }

    func fraction(_ key: String) throws -> Double { try container.decodeIfPresent(Double.self, forKey: AnyKey(key)) ?? 0 }

    func count(_ key: String) throws -> Int { try container.decodeIfPresent(Int.self, forKey: AnyKey(key)) ?? 0 }

    func list<Element: Decodable>(_ key: String) throws -> [Element] {
        try container.decodeIfPresent([Element].self, forKey: AnyKey(key)) ?? []
    }

    /// The answer inside a field.
    func nested(_ key: String) throws -> AnswerContainer? {
        guard container.contains(AnyKey(key)) else { return nil }
        return AnswerContainer(try container.nestedContainer(keyedBy: AnyKey.self, forKey: AnyKey(key)))
    }

    private init(_ container: KeyedDecodingContainer<AnyKey>) {
        self.container = container
    }

    private struct AnyKey: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(_ key: String) { stringValue = key }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }
}
