/// Reads one table strictly.
///
/// Problems are collected, and reading continues. A key that was never requested is reported as unknown.
struct TableReader {
    let file: String
    let node: TOMLNode
    /// Makes a path in the file absolute.
    let resolvePath: (String) -> String
    private(set) var problems: [SettingsProblem] = []
    private let entries: [String: TOMLNode]
    /// The requested keys in order, and as a set, because a table may have a hundred thousand keys.
    private var known: [String] = []
    private var isKnown: Set<String> = []

    /// Creates a reader of `node`. If the node is not a table, reports a problem and treats it as an empty table.
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

    /// Creates a reader of a nested table.
    func reader(of node: TOMLNode) -> TableReader {
        TableReader(node, file: file, resolvePath: resolvePath)
    }

    /// The keys present, in the order of their lines.
    var keys: [String] {
        entries.sorted { ($0.value.line, $0.key) < ($1.value.line, $1.key) }.map(\.key)
    }

    /// Returns the value of a key, which the caller must check, and marks the key as known.
    mutating func value(_ key: String) -> TOMLNode? {
        if isKnown.insert(key).inserted { known.append(key) }
        return entries[key]
    }

    mutating func note(_ node: TOMLNode, _ message: String) {
        note(SettingsProblem(file: file, line: node.line, key: node.path.description, message: message))
    }

    mutating func note(_ problem: SettingsProblem) { problems.append(problem) }

    mutating func note(contentsOf more: [SettingsProblem]) { problems.append(contentsOf: more) }

    /// Returns all problems of the table, including its unknown keys.
    consuming func finish() -> [SettingsProblem] {
        var searches = 0
        for key in keys where !isKnown.contains(key) {
            // This never fails, because `keys` lists the keys of `entries`.
            guard let entry = entries[key] else { continue }
            // An error keeps only this many problems, so further suggestions would not be shown.
            searches += 1
            note(entry, searches > SettingsError.problemLimit ? "unknown key" : NearestName.unknown("key", key, known: known))
        }
        return problems
    }
}

// MARK: - Typed values

extension TableReader {
    /// Reads the value of a key. Returns nil if the key is missing, or after reporting that its value is invalid.
    mutating func read<Value>(_ key: String, as format: SettingFormat<Value>) -> Value? {
        value(key).flatMap { format.read($0, &self) }
    }

    /// Reads an array of strings. Other elements are reported and left out.
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
