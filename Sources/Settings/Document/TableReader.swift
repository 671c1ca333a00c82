/// Reads one table strictly.
///
/// Problems are noted, and reading goes on. A key that was never asked for is noted as unknown.
struct TableReader {
    let file: String
    let node: TOMLNode
    /// Makes a path in the file absolute.
    let resolvePath: (String) -> String
    private(set) var problems: [SettingsProblem] = []
    private let entries: [String: TOMLNode]
    /// The keys that were asked for, in order, and as a set: a table may have a hundred thousand.
    private var known: [String] = []
    private var isKnown: Set<String> = []

    /// Reads `node`. If it is not a table, that is noted as a problem, and the table is empty.
    init(_ node: TOMLNode, file: String, resolvePath: @escaping (String) -> String = { $0 }) {
        self.file = file
        self.node = node
        self.resolvePath = resolvePath
        if case .table(let entries) = node.value {
            self.entries = entries
        } else {
            entries = [:]
            note(node, "expected a table, found \(node.kind)")
        }
    }

    /// A reader of a table in this one.
    func reader(of node: TOMLNode) -> TableReader {
        TableReader(node, file: file, resolvePath: resolvePath)
    }

    /// The keys present, in the order of their lines.
    var keys: [String] {
        entries.sorted { ($0.value.line, $0.key) < ($1.value.line, $1.key) }.map(\.key)
    }

    /// The value of a key, for the caller to check. The key is known from now on.
    mutating func value(_ key: String) -> TOMLNode? {
        if isKnown.insert(key).inserted { known.append(key) }
        return entries[key]
    }

    mutating func note(_ node: TOMLNode, _ message: String) {
        note(SettingsProblem(file: file, line: node.line, key: node.path.description, message: message))
    }

    mutating func note(_ problem: SettingsProblem) { problems.append(problem) }

    mutating func note(contentsOf more: [SettingsProblem]) { problems.append(contentsOf: more) }

    /// All problems of this table, with its unknown keys.
    consuming func finish() -> [SettingsProblem] {
        var searches = 0
        for key in keys where !isKnown.contains(key) {
            // A key with a value is in `entries`, as `keys` comes from there.
            guard let entry = entries[key] else { continue }
            // An error does not keep more problems, so their advice would not be shown.
            searches += 1
            note(entry, searches > SettingsError.problemLimit ? "unknown key" : NearestName.unknown("key", key, known: known))
        }
        return problems
    }
}

// MARK: - Typed values

extension TableReader {
    /// The value of a key in a format; nil if the key is missing or its value cannot be used, which is then noted.
    mutating func read<Value>(_ key: String, as format: SettingFormat<Value>) -> Value? {
        value(key).flatMap { format.read($0, &self) }
    }

    /// The elements of an array of strings. Other elements are noted and left out.
    mutating func strings(_ node: TOMLNode) -> [(node: TOMLNode, text: String)]? {
        guard case .array(let elements) = node.value else {
            note(node, "expected an array of strings, found \(node.kind)")
            return nil
        }
        return elements.compactMap { element in
            SettingFormat<String>.string.read(element, &self).map { (element, $0) }
        }
    }
}
