/// The fields of one object of an answer.
///
/// Servers omit fields without a value, older servers do not know newer fields, and `null` counts as omitted. The name of a
/// field with an invalid value is added to ``odd``, and the field counts as omitted.
struct AnswerFields {
    /// The maximum number of fields kept for one object. `/varz` has about 90.
    static let maximumCount = 512
    /// The maximum number of bytes kept of a text, unless requested otherwise.
    static let maximumText = 1024

    private var values: [String: JSONScalar] = [:]
    /// The names of fields with invalid values.
    private(set) var odd: [String] = []

    /// Reads the next object.
    /// - Parameter nested: The name of the only nested object to read. Its fields are found as `nested.name`.
    init(_ reader: inout JSONReader, nested: String? = nil, textLimit: Int = Self.maximumText) throws(JSONReader.ParseError) {
        var fields = AnswerFields([:])
        try reader.object { name, reader throws(JSONReader.ParseError) in
            if let nested, name == nested, try reader.peek() == UInt8(ascii: "{") {
                let inside = try AnswerFields(&reader, textLimit: textLimit)
                for (key, value) in inside.values { fields.keep(value, "\(nested).\(key)") }
            } else {
                fields.keep(try reader.scalar(atMost: textLimit), name)
            }
        }
        self = fields
    }

    /// Creates the fields of an object whose list is kept elsewhere.
    init(_ values: [String: JSONScalar]) {
        self.values = values
    }

    private mutating func keep(_ value: JSONScalar, _ name: String) {
        if values.count < Self.maximumCount || values[name] != nil { values[name] = value }
    }

    // MARK: Values

    /// Returns a text, or nil if the field is missing.
    mutating func text(_ key: String) -> String? {
        switch values[key] {
        case .text(let text, _)?: return text
        case .null?, nil: return nil
        case .number?, .other?: return note(key)
        }
    }

    /// Returns a text that would change its meaning if it were cut.
    mutating func wholeText(_ key: String) -> String? {
        if case .text(_, isCut: true)? = values[key] { return note(key) }
        return text(key)
    }

    /// Returns a count, which is never negative; 0 if the field is missing.
    mutating func number(_ key: String) -> UInt64 {
        switch values[key] {
        case .number(let text)?: return UInt64(text) ?? note(key) ?? 0
        case .null?, nil: return 0
        case .text?, .other?: return note(key) ?? 0
        }
    }

    /// Returns a count that fits in an `Int`.
    mutating func count(_ key: String) -> Int {
        let number = number(key)
        return Int(exactly: number) ?? note(key) ?? 0
    }

    /// Returns a number that is not negative and may have a fraction; 0 if the field is missing.
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
