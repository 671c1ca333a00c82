/// What a list of a server lacks, so that a part of it is never taken for the whole.
public struct ListGaps: Sendable, Hashable {
    /// Rows left out because they could not be read.
    public var unreadable = 0
    /// Rows left out because they were more than were asked for.
    public var surplus = 0
    /// Whether the answer was so long that its end was not read.
    public var isCutOff = false

    /// Nothing is missing.
    public init() {}

    /// Whether nothing of what the server answered was left out.
    public var isEmpty: Bool { self == ListGaps() }

    /// What is missing of two lists.
    static func + (left: ListGaps, right: ListGaps) -> ListGaps {
        var sum = left
        sum.unreadable += right.unreadable
        sum.surplus += right.surplus
        sum.isCutOff = left.isCutOff || right.isCutOff
        return sum
    }
}

/// A row of a list of a server.
protocol AnswerRow {
    /// The most bytes of its texts.
    static var textLimit: Int { get }

    /// Reads a row.
    /// - Returns: nil where what makes the row is missing. Odd fields are noted in `fields`.
    init?(_ fields: inout AnswerFields)
}

/// An answer that is an object with a list in it. Rows are read one by one: an odd one is left out and counted, and of more than
/// were asked for the rest is counted and not kept.
struct AnswerList<Row: AnswerRow> {
    private(set) var rows: [Row] = []
    private(set) var gaps = ListGaps()
    var fields: AnswerFields

    /// - Parameters:
    ///   - name: The field with the list.
    ///   - limit: How many rows were asked for.
    ///   - isCutOff: Whether the bytes may end before the answer does.
    init(_ bytes: [UInt8], list name: String, limit: Int, isCutOff: Bool) throws(JSONReader.Failure) {
        var reader = JSONReader(bytes)
        var values: [String: JSONScalar] = [:]
        fields = AnswerFields([:])
        guard try reader.peek() == UInt8(ascii: "{") else { throw .malformed }
        do throws(JSONReader.Failure) {
            try reader.open()
            var isFirst = true
            while try reader.hasNext(before: UInt8(ascii: "}"), isFirst: isFirst) {
                isFirst = false
                let key = try reader.name()
                if key == name, try reader.peek() == UInt8(ascii: "[") {
                    try readRows(&reader, limit: limit)
                } else {
                    let value = try reader.scalar(atMost: AnswerFields.maximumText)
                    if values.count < AnswerFields.maximumCount { values[key] = value }
                }
            }
            try reader.finish()
        } catch {
            // Where the answer was cut off, what came before is as good as it was.
            guard error == .end, isCutOff else { throw error }
            gaps.isCutOff = true
        }
        fields = AnswerFields(values)
    }

    private mutating func readRows(_ reader: inout JSONReader, limit: Int) throws(JSONReader.Failure) {
        try reader.open()
        var isFirst = true
        while try reader.hasNext(before: UInt8(ascii: "]"), isFirst: isFirst) {
            isFirst = false
            guard rows.count + gaps.unreadable < limit else {
                try reader.skip()
                gaps.surplus += 1
                continue
            }
            guard try reader.peek() == UInt8(ascii: "{") else {
                try reader.skip()
                gaps.unreadable += 1
                continue
            }
            var fields = try AnswerFields(&reader, textLimit: Row.textLimit)
            if let row = Row(&fields), fields.odd.isEmpty { rows.append(row) } else { gaps.unreadable += 1 }
        }
    }
}
