#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Writes JSON as one line that is safe for a terminal: invisible scalars are escaped, which JSON allows for every scalar.
struct JSONWriter {
    private(set) var bytes: [UInt8] = []

    mutating func write(_ value: JSONValue) {
        switch value {
        case .null: bytes += "null".utf8
        case .bool(let flag): bytes += (flag ? "true" : "false").utf8
        case .number(let number): bytes += String(number).utf8
        case .decimal(let number, let digits): write(number, digits: digits)
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

    private mutating func write(_ number: Double, digits: Int) {
        guard number.isFinite else {
            bytes += "null".utf8
            return
        }
        // The largest finite number has 309 digits before the point.
        var text = [CChar](repeating: 0, count: 320 + max(0, digits))
        let length = withVaList([CInt(digits), number]) { vsnprintf(&text, text.count, "%.*f", $0) }
        bytes += text.prefix(Int(length)).map { UInt8(bitPattern: $0) }
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
            case _ where scalar.isInvisible || scalar.properties.isDefaultIgnorableCodePoint:
                for unit in UTF16.encode(scalar) ?? UTF16.encodedReplacementCharacter {
                    bytes += #"\u"#.utf8
                    bytes += hexadecimal(unit, digits: 4, uppercase: false).utf8
                }
            default: bytes += String(scalar).utf8
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
