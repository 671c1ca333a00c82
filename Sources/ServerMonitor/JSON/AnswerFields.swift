/// The fields of one object of an answer.
///
/// Servers leave fields out that have nothing to say, older ones do not know newer fields, and `null` says nothing either. A
/// field that holds something else than it should is noted in ``odd`` and counts as left out.
struct AnswerFields {
    /// The most fields of one object that are kept. `/varz` has some 90.
    static let maximumCount = 512
    /// The most bytes of a text that are kept, unless asked otherwise.
    static let maximumText = 1024

    private var values: [String: JSONScalar] = [:]
    /// The names of fields that hold what they should not.
    private(set) var odd: [String] = []

    /// Reads the object that is next.
    /// - Parameter nested: The one object inside it that is read too; its fields are found as `nested.name`.
    init(_ reader: inout JSONReader, nested: String? = nil, textLimit: Int = Self.maximumText) throws(JSONReader.Failure) {
        try reader.open()
        var isFirst = true
        while try reader.hasNext(before: UInt8(ascii: "}"), isFirst: isFirst) {
            isFirst = false
            let name = try reader.name()
            if let nested, name == nested, try reader.peek() == UInt8(ascii: "{") {
                let inside = try AnswerFields(&reader, textLimit: textLimit)
                for (key, value) in inside.values { keep(value, "\(nested).\(key)") }
            } else {
                keep(try reader.scalar(atMost: textLimit), name)
            }
        }
    }

    /// The fields of an object, of which one was a list that is kept elsewhere.
    init(_ values: [String: JSONScalar]) {
        self.values = values
    }

    private mutating func keep(_ value: JSONScalar, _ name: String) {
        if values.count < Self.maximumCount || values[name] != nil { values[name] = value }
    }

    // MARK: Values

    /// A text. Nil where there is none.
    mutating func text(_ key: String) -> String? {
        switch values[key] {
        case .text(let text, _)?: return text
        case .null?, nil: return nil
        case .number?, .other?: return note(key)
        }
    }

    /// A text that says something else when something of it is missing.
    mutating func wholeText(_ key: String) -> String? {
        if case .text(_, isCut: true)? = values[key] { return note(key) }
        return text(key)
    }

    /// A count, which is never negative. 0 where there is none.
    mutating func number(_ key: String) -> UInt64 {
        switch values[key] {
        case .number(let text)?: return UInt64(text) ?? note(key) ?? 0
        case .null?, nil: return 0
        case .text?, .other?: return note(key) ?? 0
        }
    }

    /// A count that fits into an `Int`.
    mutating func count(_ key: String) -> Int {
        let number = number(key)
        return Int(exactly: number) ?? note(key) ?? 0
    }

    /// A number that may have a fraction, not negative. 0 where there is none.
    mutating func fraction(_ key: String) -> Double {
        guard case .number(let text)? = values[key] else { return Double(number(key)) }
        guard let value = Double(text), value >= 0, value.isFinite else { return note(key) ?? 0 }
        return value
    }

    private mutating func note<Value>(_ key: String) -> Value? {
        if !odd.contains(key) { odd.append(key) }
        return nil
    }
}
