/// How well a text matches what was typed. Better matches come first.
struct CompletionMatch: Sendable, Hashable, Comparable {
    /// The kinds of matches, the best first.
    enum Kind: Int, Sendable, Hashable {
        /// The text begins with what was typed.
        case prefix
        /// Each typed part begins a part of the text, in the same order. Dots, spaces, hyphens, underscores and slashes divide
        /// parts.
        case parts
        /// The text contains the typed letters in the same order.
        case letters
    }

    let kind: Kind
    /// For a prefix, 1 if only its case differs; for letters, the number of other letters between them.
    var distance = 0

    static func < (one: CompletionMatch, other: CompletionMatch) -> Bool {
        one.kind == other.kind ? one.distance < other.distance : one.kind.rawValue < other.kind.rawValue
    }
}

/// What was typed, to be compared with texts. The case of ASCII letters is ignored.
struct CompletionPattern: Sendable {
    private typealias Bytes = UnsafeBufferPointer<UInt8>

    private let typed: [UInt8]
    private let folded: [UInt8]
    /// The typed parts, as ranges of the folded bytes.
    private let parts: [Range<Int>]
    private let hasBlank: Bool
    /// The tokens of a pattern with wildcards; nil if there is none.
    private let tokens: [[UInt8]]?

    /// - Parameter allowsWildcards: Whether `*` and `>` stand for tokens of a topic.
    init(_ text: String, allowsWildcards: Bool = false) {
        typed = Array(text.utf8)
        let folded = typed.map(Self.fold)
        self.folded = folded
        let parts = folded.indices.split { folded[$0] == UInt8(ascii: ".") || folded[$0] == UInt8(ascii: " ") }
        self.parts = parts.map { $0.startIndex..<$0.endIndex }
        hasBlank = folded.contains(UInt8(ascii: " "))
        let tokens = folded.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).map(Array.init)
        self.tokens = allowsWildcards && tokens.contains { $0 == Self.any || $0 == Self.rest } ? tokens : nil
    }

    private static let any = [UInt8(ascii: "*")]
    private static let rest = [UInt8(ascii: ">")]

    /// Returns how a text matches; nil if it does not.
    func match(_ text: UnsafeBufferPointer<UInt8>) -> CompletionMatch? {
        if let tokens { return Self.matches(tokens, text) ? CompletionMatch(kind: .parts) : nil }
        guard !folded.isEmpty else { return CompletionMatch(kind: .prefix) }
        return folded.withUnsafeBufferPointer { wanted in
            if Self.hasPrefix(text, wanted, at: 0) {
                let isSameCase = text.prefix(typed.count).elementsEqual(typed)
                return CompletionMatch(kind: .prefix, distance: isSameCase ? 0 : 1)
            }
            // Most texts do not even have the letters.
            let end = Self.end(of: wanted, in: text)
            guard end != nil || hasBlank else { return nil }
            // A typed space divides parts like a dot, and is not in the text.
            if matchParts(wanted, text, found: { _ in }) { return CompletionMatch(kind: .parts) }
            return end.map { end in
                CompletionMatch(kind: .letters, distance: Self.window(wanted, in: text, end: end).count - wanted.count)
            }
        }
    }

    /// Returns the offsets of the bytes that match, ascending.
    func offsets(in text: UnsafeBufferPointer<UInt8>) -> [Int] {
        guard tokens == nil, let match = match(text) else { return [] }
        return folded.withUnsafeBufferPointer { wanted in
            switch match.kind {
            case .prefix: return Array(wanted.indices)
            case .parts:
                var offsets: [Int] = []
                _ = matchParts(wanted, text) { offsets += $0 }
                return offsets
            case .letters:
                guard let end = Self.end(of: wanted, in: text) else { return [] }
                // From the end, so that the letters are as close to each other as in the window.
                var rest = wanted.count
                return Self.window(wanted, in: text, end: end).reversed().filter { offset in
                    guard rest > 0, Self.fold(text[offset]) == wanted[rest - 1] else { return false }
                    rest -= 1
                    return true
                }.reversed()
            }
        }
    }

    // MARK: Comparing

    /// Returns the end of the first occurrence of all bytes in order.
    private static func end(of wanted: Bytes, in text: Bytes) -> Int? {
        var (next, end) = (0, 0)
        while end < text.count, next < wanted.count {
            if fold(text[end]) == wanted[next] { next += 1 }
            end += 1
        }
        return next == wanted.count ? end : nil
    }

    /// Returns a short range that contains the bytes in order: where they are adjacent, or else one that ends where they first
    /// occur.
    private static func window(_ wanted: Bytes, in text: Bytes, end: Int) -> Range<Int> {
        var start = 0
        while start + wanted.count <= text.count {
            if hasPrefix(text, wanted, at: start) { return start..<start + wanted.count }
            start += 1
        }
        var rest = wanted.count
        start = end
        while rest > 0 {
            start -= 1
            if fold(text[start]) == wanted[rest - 1] { rest -= 1 }
        }
        return start..<end
    }

    /// Returns whether each typed part begins a part of the text, in the same order.
    /// - Parameter found: Called with the range of each part in the text.
    private func matchParts(_ wanted: Bytes, _ text: Bytes, found: (Range<Int>) -> Void) -> Bool {
        guard !parts.isEmpty else { return false }
        var start = 0
        for part in parts {
            let bytes = Bytes(rebasing: wanted[part])
            while start < text.count, !Self.hasPrefix(text, bytes, at: start) { start = Self.nextPart(text, after: start) }
            guard start < text.count else { return false }
            found(start..<start + bytes.count)
            start = Self.nextPart(text, after: start)
        }
        return true
    }

    private static func nextPart(_ text: Bytes, after start: Int) -> Int {
        var offset = start
        while offset < text.count, !isSeparator(text[offset]) { offset += 1 }
        return offset + 1
    }

    /// Returns whether the tokens match those of a topic. The last one is only the beginning of a token.
    private static func matches(_ tokens: [[UInt8]], _ topic: Bytes) -> Bool {
        var start = 0
        for (index, token) in tokens.enumerated() {
            guard start < topic.count else { return false }
            if token == rest { return index == tokens.count - 1 }
            var end = start
            while end < topic.count, topic[end] != UInt8(ascii: ".") { end += 1 }
            let isLast = index == tokens.count - 1
            let isBeginning = token.withUnsafeBufferPointer { hasPrefix(topic, $0, at: start) }
            guard token == any || (isBeginning && (isLast || end - start == token.count)) else { return false }
            // After a last `*`, more tokens would not match.
            if isLast { return token != any || end == topic.count }
            start = end + 1
        }
        return true
    }

    private static func hasPrefix(_ text: Bytes, _ prefix: Bytes, at start: Int) -> Bool {
        guard start + prefix.count <= text.count else { return false }
        var offset = 0
        while offset < prefix.count {
            guard fold(text[start + offset]) == prefix[offset] else { return false }
            offset += 1
        }
        return true
    }

    private static func isSeparator(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "."), UInt8(ascii: " "), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "/"): true
        default: false
        }
    }

    private static func fold(_ byte: UInt8) -> UInt8 { ASCIIFolded.fold(byte) }
}

/// The best candidates for a completion, found in one pass with a short sorted list, because there may be 100,000 topics.
struct CompletionRanking<Candidate: Sendable>: Sendable {
    private struct Entry: Sendable {
        let match: CompletionMatch
        let weight: UInt64
        let candidate: Candidate
    }

    private let limit: Int
    private let typedCount: Int
    private var entries: [Entry] = []
    /// The match and the weight that a candidate must exceed once the list is full.
    private var last: (match: CompletionMatch, weight: UInt64)?
    /// The number of candidates that match.
    private(set) var count = 0
    /// A text that begins with what was typed, and how many of its bytes all such texts share.
    private var shared: (text: [UInt8], count: Int)?

    /// - Parameters:
    ///   - limit: The maximum number of candidates to keep.
    ///   - typed: What was typed.
    init(limit: Int, typed: String) {
        self.limit = limit
        typedCount = typed.utf8.count
    }

    /// The candidates, the best first.
    var best: [Candidate] { entries.map(\.candidate) }

    /// The longest common beginning of the candidates that begin with what was typed, in the same case; nil if there are none.
    var common: [UInt8]? { shared.map { Array($0.text[..<$0.count]) } }

    /// Adds a candidate that matches. Of equal matches, the one with the greater weight comes first, then the one added first.
    mutating func add(
        _ candidate: @autoclosure () -> Candidate,
        _ match: CompletionMatch,
        weight: UInt64,
        text: UnsafeBufferPointer<UInt8>
    ) {
        count += 1
        if match.kind == .prefix, match.distance == 0 { share(text) }
        if let last {
            guard Self.precedes((match, weight), last) else { return }
            entries.removeLast()
        }
        var (low, high) = (0, entries.count)
        while low < high {
            let middle = (low + high) / 2
            let other = (entries[middle].match, entries[middle].weight)
            if Self.precedes((match, weight), other) { high = middle } else { low = middle + 1 }
        }
        entries.insert(Entry(match: match, weight: weight, candidate: candidate()), at: low)
        if entries.count == limit, let worst = entries.last { last = (worst.match, worst.weight) }
    }

    private static func precedes(_ one: (CompletionMatch, UInt64), _ other: (CompletionMatch, UInt64)) -> Bool {
        one.0 == other.0 ? one.1 > other.1 : one.0 < other.0
    }

    private mutating func share(_ text: UnsafeBufferPointer<UInt8>) {
        guard shared != nil else {
            shared = (Array(text), text.count)
            return
        }
        // Most texts of a long list share nothing more than what was typed.
        guard let count = shared?.count, count > typedCount else { return }
        let equal = shared?.text.withUnsafeBufferPointer { known in
            var equal = typedCount
            while equal < min(count, text.count), known[equal] == text[equal] { equal += 1 }
            return equal
        }
        if let equal { shared?.count = equal }
    }
}
