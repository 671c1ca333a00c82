/// A JSON object. Its keys are written in the order in which they were added.
package struct JSONObject: Hashable, Sendable, ExpressibleByDictionaryLiteral {
    /// A key and its value.
    package struct Field: Hashable, Sendable {
        /// The key.
        package let key: String
        /// The value.
        package let value: JSONValue
    }

    /// The keys and values in their order.
    package private(set) var fields: [Field]

    /// An object of keys and values in the order of the literal.
    package init(dictionaryLiteral elements: (String, JSONValue)...) {
        self.init(elements)
    }

    /// An object of keys and values in the order of the sequence.
    package init(_ pairs: some Sequence<(String, JSONValue)>) {
        fields = pairs.map { Field(key: $0.0, value: $0.1) }
    }

    /// Adds a field at the end.
    package mutating func append(_ key: String, _ value: JSONValue) {
        fields.append(Field(key: key, value: value))
    }

    /// Adds bytes as text, or as base64 under `<key>_base64` if they are not UTF-8.
    package mutating func append(_ key: String, textOrBase64 bytes: [UInt8]) {
        if let text = String(validating: bytes, as: UTF8.self) {
            append(key, .string(text))
        } else {
            append(key + "_base64", base64: bytes)
        }
    }

    /// Adds bytes as base64 with padding.
    package mutating func append(_ key: String, base64 bytes: [UInt8]) {
        append(key, .string(String(decoding: Base64.encode(bytes), as: UTF8.self)))
    }

    /// The object as JSON text, without a line feed.
    package var bytes: [UInt8] {
        var writer = JSONWriter()
        writer.write(self)
        return writer.bytes
    }

    /// The object as one line, with its line feed.
    package var line: [UInt8] { bytes + [UInt8(ascii: "\n")] }
}
