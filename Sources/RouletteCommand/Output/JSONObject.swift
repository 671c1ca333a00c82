import Foundation

/// A value of JSON (RFC 8259) whose objects keep the order of their keys.
enum JSONValue: Hashable, Sendable {
    case null
    case bool(Bool)
    case number(Int)
    /// Rounded to that many digits behind the point; null when it is not finite.
    case decimal(Double, digits: Int)
    case string(String)
    case array([JSONValue])
    case object(JSONObject)

    /// As it is written in JSON.
    var text: String {
        var writer = JSONWriter()
        writer.write(self)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    /// The text, or null.
    static func string(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }
    /// A count that may be beyond `Int`, which no counter of ours reaches; it then stays at the largest.
    static func number(_ count: UInt64) -> JSONValue { .number(Int(clamping: count)) }
}

/// An object of JSON, printed with its keys in the order they were given.
struct JSONObject: Hashable, Sendable, ExpressibleByDictionaryLiteral {
    /// A key and its value.
    struct Field: Hashable, Sendable {
        let key: String
        let value: JSONValue
    }

    private(set) var fields: [Field]

    init(dictionaryLiteral elements: (String, JSONValue)...) {
        fields = elements.map { Field(key: $0.0, value: $0.1) }
    }

    init(_ pairs: some Sequence<(String, JSONValue)>) {
        fields = pairs.map { Field(key: $0.0, value: $0.1) }
    }

    /// Adds a field at the end.
    mutating func append(_ key: String, _ value: JSONValue) {
        fields.append(Field(key: key, value: value))
    }

    /// The object on one line, with its line feed.
    var line: [UInt8] {
        var writer = JSONWriter()
        writer.write(self)
        writer.bytes.append(UInt8(ascii: "\n"))
        return writer.bytes
    }
}

/// Text and bytes of messages as fields.
extension JSONObject {
    /// Adds bytes as text, or, when they are not UTF-8, as `<key>_base64`.
    mutating func append(_ key: String, textOrBase64 bytes: [UInt8]) {
        if let text = String(validating: bytes, as: UTF8.self) {
            append(key, .string(text))
        } else {
            append(key + "_base64", base64: bytes)
        }
    }

    /// Adds bytes as base64 (RFC 4648, with padding).
    mutating func append(_ key: String, base64 bytes: [UInt8]) {
        append(key, .string(Data(bytes).base64EncodedString()))
    }
}

/// Writes JSON as ASCII and harmless text: whatever a terminal might obey or hide is escaped, which JSON allows for
/// every character.
private struct JSONWriter {
    var bytes: [UInt8] = []

    mutating func write(_ value: JSONValue) {
        switch value {
        case .null: bytes += "null".utf8
        case .bool(let flag): bytes += (flag ? "true" : "false").utf8
        case .number(let number): bytes += String(number).utf8
        case .decimal(let number, let digits):
            bytes += (number.isFinite ? String(format: "%.\(digits)f", number) : "null").utf8
        case .string(let text): write(text)
        case .array(let elements): list("[", "]", elements) { $0.write($1) }
        case .object(let object): write(object)
        }
    }

    mutating func write(_ object: JSONObject) {
        list("{", "}", object.fields) { writer, field in
            writer.write(field.key)
            writer.bytes.append(UInt8(ascii: ":"))
            writer.write(field.value)
        }
    }

    private mutating func list<Element>(
        _ open: Unicode.Scalar,
        _ close: Unicode.Scalar,
        _ elements: [Element],
        _ write: (inout JSONWriter, Element) -> Void
    ) {
        bytes.append(UInt8(ascii: open))
        for (index, element) in elements.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            write(&self, element)
        }
        bytes.append(UInt8(ascii: close))
    }

    private mutating func write(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": bytes += #"\""#.utf8
            case "\\": bytes += #"\\"#.utf8
            case "\n": bytes += #"\n"#.utf8
            case "\r": bytes += #"\r"#.utf8
            case "\t": bytes += #"\t"#.utf8
            case " "..."~": bytes.append(UInt8(ascii: scalar))
            default: scalar.isGraphic ? bytes.append(contentsOf: String(scalar).utf8) : escape(scalar)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func escape(_ scalar: Unicode.Scalar) {
        for unit in UTF16.encode(scalar) ?? UTF16.encodedReplacementCharacter {
            let digits = String(unit, radix: 16)
            bytes += #"\u"#.utf8
            bytes += String(repeating: "0", count: 4 - digits.utf8.count).utf8
            bytes += digits.utf8
        }
    }
}

extension Unicode.Scalar {
    /// Whether it shows as itself: no control, no format (bidirectional, zero-width, tags), no separator of lines.
    fileprivate var isGraphic: Bool {
        switch properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
        default: !properties.isDefaultIgnorableCodePoint
        }
    }
}
