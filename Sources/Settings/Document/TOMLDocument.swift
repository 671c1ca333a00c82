import TOMLKit

/// Parses TOML text into nodes with line numbers.
enum TOMLDocument {
    /// The maximum length of a text in bytes, about fifty times that of a typical configuration or theme.
    static let sizeLimit = 1 << 18
    /// The maximum number of keys and array indices that lead to a value. A configuration needs five. The limit bounds the
    /// recursion of the parser and of the code after it, and the cost of paths.
    static let depthLimit = 32

    /// Parses a whole document.
    ///
    /// - Parameters:
    ///   - text: The document.
    ///   - file: The file name to report in errors.
    /// - Returns: The root table.
    static func parse(_ text: String, file: String) throws(SettingsError) -> TOMLNode {
        guard text.utf8.count <= sizeLimit else {
            throw SettingsError(.syntax, file: file, "is longer than \(sizeLimit) bytes")
        }
        if let line = lineOfNUL(in: text) {
            // TOMLKit passes the text on as a C string, which would silently end here.
            throw SettingsError(.syntax, file: file, line: line, "a NUL byte is not allowed in TOML, remove it")
        }
        // This runs before the parser, which does not limit the depth of dotted keys.
        var locator = TOMLLocator(text)
        locator.scan()
        if let line = locator.firstLineTooDeep {
            throw SettingsError(
                .syntax,
                file: file,
                line: line,
                "keys and elements are nested more than \(depthLimit) levels deep, which no setting needs"
            )
        }
        if let line = locator.firstLineWithoutKey {
            throw SettingsError(
                .syntax,
                file: file,
                line: line,
                "not valid TOML: a key is missing, or a key with characters other than A-Z, a-z, 0-9, - and _ is not in quotes"
            )
        }
        if let line = locator.firstLineWithoutValue {
            throw SettingsError(
                .syntax,
                file: file,
                line: line,
                "a value is missing, or is not a number, true or false; put text in quotes (no setting has a date as its value)"
            )
        }
        let table: TOMLTable
        do {
            table = try TOMLTable(string: text)
        } catch let error as TOMLParseError {
            throw SettingsError(
                .syntax,
                file: file,
                line: error.source.begin.line,
                "not valid TOML at column \(error.source.begin.column): \(withoutValues(error.description))"
            )
        } catch {
            throw SettingsError(.syntax, file: file, "not valid TOML")
        }
        if let line = locator.firstLineWithEscapedNUL {
            throw SettingsError(.syntax, file: file, line: line, "the escape \\u0000 is not supported, remove it")
        }
        return node(table, at: .root, line: 1, locations: locator.lines)
    }

    /// Removes the parts of values that the parser's message repeats, because a value may be a password: text in quotes that is
    /// longer than one character becomes `'…'`. Messages about keys that are defined twice stay as they are.
    static func withoutValues(_ message: String) -> String {
        if message.contains("redefine") { return message }
        let advice = message.contains("could not determine value type") ? "; put text in quotes" : ""
        return message.split(separator: "'", omittingEmptySubsequences: false).enumerated()
            .map { index, part in index % 2 == 1 && part.count > 1 ? "…" : String(part) }
            .joined(separator: "'") + advice
    }

    private static func lineOfNUL(in text: String) -> Int? {
        var line = 1
        for byte in text.utf8 {
            if byte == 0 { return line }
            if byte == UInt8(ascii: "\n") { line += 1 }
        }
        return nil
    }

    private static func node(
        _ value: any TOMLValueConvertible,
        at path: TOMLPath,
        line parentLine: Int,
        locations: [TOMLPath: Int]
    ) -> TOMLNode {
        let line = locations[path] ?? parentLine
        if let table = value.table {
            var nodes: [String: TOMLNode] = [:]
            for (key, child) in table {
                nodes[key] = node(child, at: path.appending(key), line: line, locations: locations)
            }
            return TOMLNode(path: path, line: line, value: .table(nodes))
        }
        if let array = value.array {
            let nodes = array.enumerated().map { index, child in
                node(child, at: path.appending(index), line: line, locations: locations)
            }
            return TOMLNode(path: path, line: line, value: .array(nodes))
        }
        let scalar: TOMLNode.Value =
            if let string = value.string {
                .string(string)
            } else if let integer = value.int {
                .integer(integer)
            } else if let boolean = value.bool {
                .boolean(boolean)
            } else if let float = value.double {
                .float(float)
            } else {
                .date
            }
        return TOMLNode(path: path, line: line, value: scalar)
    }
}
