/// Reads one table strictly: what is wrong is noted and reading goes on, and what nobody asked for is unknown.
struct TableReader {
    let file: String
    let node: TOMLNode
    private(set) var problems: [SettingsProblem] = []
    private let entries: [String: TOMLNode]
    /// The keys that were asked for, in order, and as a set: a table may have a hundred thousand.
    private var known: [String] = []
    private var isKnown: Set<String> = []

    /// Reads `node`, which is noted as a problem and then read as empty if it is not a table.
    init(_ node: TOMLNode, file: String) {
        self.file = file
        self.node = node
        if case .table(let entries) = node.value {
            self.entries = entries
        } else {
            entries = [:]
            note(node, "expected a table, found \(node.kind)")
        }
    }

    /// The keys present, in the order of their lines.
    var keys: [String] {
        entries.sorted { ($0.value.line, $0.key) < ($1.value.line, $1.key) }.map(\.key)
    }

    /// The value of a key that the caller will check, and a mark that the key is known.
    mutating func value(_ key: String) -> TOMLNode? {
        if isKnown.insert(key).inserted { known.append(key) }
        return entries[key]
    }

    mutating func note(_ node: TOMLNode, _ message: String) {
        note(SettingsProblem(file: file, line: node.line, key: node.path.description, message: message))
    }

    mutating func note(_ problem: SettingsProblem) { problems.append(problem) }

    mutating func note(contentsOf more: [SettingsProblem]) { problems.append(contentsOf: more) }

    /// All problems of this table, the keys that nobody asked for among them.
    consuming func finish() -> [SettingsProblem] {
        var searches = 0
        for key in keys where !isKnown.contains(key) {
            // A key with a value is in `entries`, as `keys` comes from there.
            guard let entry = entries[key] else { continue }
            // More than an error keeps need no advice.
            searches += 1
            note(entry, searches > SettingsError.problemLimit ? "unknown key" : NearestName.unknown("key", key, known: known))
        }
        return problems
    }
}

// MARK: - Typed values

extension TableReader {
    mutating func string(_ key: String) -> String? {
        value(key).flatMap { string($0) }
    }

    mutating func string(_ node: TOMLNode) -> String? {
        guard case .string(let text) = node.value else {
            note(node, "expected a string, found \(node.kind)")
            return nil
        }
        return text
    }

    /// A string with at least one character.
    mutating func text(_ key: String) -> String? {
        guard let node = value(key), let text = string(node) else { return nil }
        if text.isEmpty {
            note(node, "is empty, write a value or remove the key")
            return nil
        }
        return text
    }

    mutating func boolean(_ key: String) -> Bool? {
        guard let node = value(key) else { return nil }
        guard case .boolean(let flag) = node.value else {
            note(node, "expected true or false, found \(node.kind)")
            return nil
        }
        return flag
    }

    mutating func integer(_ key: String, in range: ClosedRange<Int>) -> Int? {
        guard let node = value(key) else { return nil }
        guard case .integer(let number) = node.value else {
            note(node, "expected an integer, found \(node.kind)")
            return nil
        }
        guard range.contains(number) else {
            note(node, "\(number) is out of range, use \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        return number
    }

    /// Whole milliseconds, or text such as "250ms".
    mutating func duration(_ key: String, in range: ClosedRange<Duration>) -> Duration? {
        guard let node = value(key) else { return nil }
        do {
            switch node.value {
            case .integer(let milliseconds):
                return try DurationText.check(.milliseconds(milliseconds), in: range)
            case .string(let text):
                return try DurationText.parse(text, in: range)
            default:
                note(node, "expected milliseconds or text such as \"5s\", found \(node.kind)")
            }
        } catch {
            note(node, error.message)
        }
        return nil
    }

    mutating func choice<Choice>(_ key: String, _: Choice.Type = Choice.self) -> Choice?
    where Choice: CaseIterable & RawRepresentable<String> {
        value(key).flatMap { choice($0) }
    }

    mutating func choice<Choice>(_ node: TOMLNode, _: Choice.Type = Choice.self) -> Choice?
    where Choice: CaseIterable & RawRepresentable<String> {
        guard let text = string(node) else { return nil }
        if let choice = Choice(rawValue: text) { return choice }
        let names = Choice.allCases.map(\.rawValue)
        note(node, "\(quoted(text)): " + NearestName.unknown("value", text, known: names))
        return nil
    }

    mutating func strings(_ key: String) -> [(node: TOMLNode, text: String)]? {
        guard let node = value(key) else { return nil }
        guard case .array(let elements) = node.value else {
            note(node, "expected an array of strings, found \(node.kind)")
            return nil
        }
        return elements.compactMap { element in string(element).map { (element, $0) } }
    }
}
