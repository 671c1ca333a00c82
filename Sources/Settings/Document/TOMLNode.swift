/// A value of a TOML document with its position. The code after the parser uses only nodes.
struct TOMLNode {
    enum Value {
        case string(String)
        case integer(Int)
        case float(Double)
        case boolean(Bool)
        case date
        case array([TOMLNode])
        case table([String: TOMLNode])
    }

    let path: TOMLPath
    /// The line where the key or the array element begins, counted from 1.
    let line: Int
    let value: Value

    /// The kind of the value, with an article, for errors.
    var kind: String {
        switch value {
        case .string: "a string"
        case .integer: "an integer"
        case .float: "a decimal number"
        case .boolean: "a boolean"
        case .date: "a date or time"
        case .array: "an array"
        case .table: "a table"
        }
    }
}
