import TextCoding

/// Finds the name that the user most likely meant.
enum NearestName {
    /// Returns the candidate with the fewest edits from `name`, or nil if none is close enough to be a typo.
    ///
    /// The limit is one edit for every three characters, and at least one. The first of equally close candidates wins. Only the
    /// first thousand candidates are considered, because a file may define a hundred thousand names.
    static func of(_ name: String, among candidates: some Sequence<String>) -> String? {
        let wanted = Array(name.lowercased())
        // A file may have keys of any length, and the cost is quadratic. No known name is this long.
        guard wanted.count <= 64 else { return nil }
        let limit = max(1, wanted.count / 3)
        var best: (name: String, distance: Int)?
        for candidate in candidates.prefix(candidateLimit) where abs(candidate.count - wanted.count) <= limit {
            let distance = distance(from: wanted, to: Array(candidate.lowercased()))
            if distance <= limit, distance < best?.distance ?? Int.max { best = (candidate, distance) }
        }
        return best?.name
    }

    /// Returns the message for a name that is not one of `known`.
    static func unknown(_ kind: String, _ name: String, known: [String]) -> String {
        if let nearest = of(name, among: known) { return "unknown \(kind), did you mean \(quoted(nearest))?" }
        if known.isEmpty { return "unknown \(kind), none is defined" }
        return "unknown \(kind), use one of: \(list(known))"
    }

    /// Formats names for an error. Shortens a list that would fill a screen.
    static func list(_ names: [String]) -> String {
        names.prefix(listLimit).joined(separator: ", ") + (names.count > listLimit ? ", and \(names.count - listLimit) more" : "")
    }

    private static let candidateLimit = 1000
    private static let listLimit = 60

    /// The number of insertions, deletions, substitutions and swaps of two neighbors (optimal string alignment).
    private static func distance(from source: [Character], to target: [Character]) -> Int {
        var beforePrevious: [Int] = []
        var previous = Array(0...target.count)
        for (row, character) in source.enumerated() {
            var current = [row + 1]
            for (column, other) in target.enumerated() {
                var cost = min(current[column] + 1, previous[column + 1] + 1, previous[column] + (character == other ? 0 : 1))
                if row > 0, column > 0, character == target[column - 1], source[row - 1] == other {
                    cost = min(cost, beforePrevious[column - 1] + 1)
                }
                current.append(cost)
            }
            (beforePrevious, previous) = (previous, current)
        }
        return previous[target.count]
    }
}
