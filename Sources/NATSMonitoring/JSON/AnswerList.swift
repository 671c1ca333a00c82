/// The parts that are missing from a server's list, so that a partial list is not mistaken for a complete one.
public struct ListGaps: Sendable, Hashable {
    /// The number of rows omitted because they could not be read.
    public var unreadable = 0
    /// The number of rows omitted because they exceed the requested number.
    public var surplus = 0
    /// Whether the answer was so long that its end was not read.
    public var isCutOff = false

    /// Creates a value for a complete list.
    public init() {}

    /// Whether the list has all rows of the server's answer.
    public var isEmpty: Bool { self == ListGaps() }

    /// Combines the gaps of two lists.
    static func + (left: ListGaps, right: ListGaps) -> ListGaps {
        var sum = left
        sum.unreadable += right.unreadable
        sum.surplus += right.surplus
        sum.isCutOff = left.isCutOff || right.isCutOff
        return sum
    }
}

/// A row of a server's list.
protocol AnswerRow {
    /// The maximum number of bytes kept of each text in the row.
    static var textLimit: Int { get }

    /// Reads a row.
    /// - Returns: Nil if a required field is missing. Invalid fields are noted in `fields`.
    init?(_ fields: inout AnswerFields)
}

/// An answer that is an object with a list in it.
///
/// Rows are read one by one. An invalid row is skipped and counted. Rows beyond the requested number are counted, not kept.
struct AnswerList<Row: AnswerRow> {
    private(set) var rows: [Row] = []
    private(set) var gaps = ListGaps()
    var fields: AnswerFields

    /// - Parameters:
    ///   - name: The name of the field with the list.
    ///   - limit: The number of rows requested.
    ///   - isCutOff: Whether the bytes may end before the answer does.
    init(_ bytes: [UInt8], list name: String, limit: Int, isCutOff: Bool) throws(JSONReader.ParseError) {
        var reader = JSONReader(bytes)
        var values: [String: JSONScalar] = [:]
        fields = AnswerFields([:])
        do throws(JSONReader.ParseError) {
            try reader.object { key, reader throws(JSONReader.ParseError) in
                if key == name, try reader.peek() == UInt8(ascii: "[") {
                    try readRows(&reader, limit: limit)
                } else {
                    let value = try reader.scalar(atMost: AnswerFields.maximumText)
                    if values.count < AnswerFields.maximumCount { values[key] = value }
                }
            }
            try reader.finish()
        } catch {
            // In an answer that was cut off, the rows before the cut are valid.
            guard error == .end, isCutOff else { throw error }
            gaps.isCutOff = true
        }
        fields = AnswerFields(values)
    }

    private mutating func readRows(_ reader: inout JSONReader, limit: Int) throws(JSONReader.ParseError) {
        try reader.array { reader throws(JSONReader.ParseError) in
            guard rows.count + gaps.unreadable < limit else {
                try reader.skip()
                gaps.surplus += 1
                return
            }
            guard try reader.peek() == UInt8(ascii: "{") else {
                try reader.skip()
                gaps.unreadable += 1
                return
            }
            var fields = try AnswerFields(&reader, textLimit: Row.textLimit)
            if let row = Row(&fields), fields.odd.isEmpty { rows.append(row) } else { gaps.unreadable += 1 }
        }
    }
}
