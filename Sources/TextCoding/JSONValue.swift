/// A JSON value (RFC 8259). Objects keep the order of their keys.
package enum JSONValue: Hashable, Sendable {
    case null
    case bool(Bool)
    case number(Int)
    /// A number with `digits` digits after the point; null if it is not finite.
    case decimal(Double, digits: Int)
    case string(String)
    case array([JSONValue])
    case object(JSONObject)

    /// The value as JSON text.
    package var text: String {
        var writer = JSONWriter()
        writer.write(self)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    /// The text, or null.
    package static func string(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }
    /// A count. One that does not fit into `Int` is written as the largest `Int`.
    package static func number(_ count: UInt64) -> JSONValue { .number(Int(clamping: count)) }
}
