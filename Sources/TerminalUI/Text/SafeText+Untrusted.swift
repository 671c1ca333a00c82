extension SafeText {
    /// Makes text from outside safe, on one line: newlines and tabs become `^J` and `^I`.
    ///
    /// What is escaped, and how:
    /// - C0 controls and DEL as `^X`;
    /// - C1 controls, bidirectional controls, zero-width and other format characters, tags, line and paragraph
    ///   separators, private use, noncharacters, unassigned code points and everything else that is invisible by
    ///   default as `<U+202E>`;
    /// - bytes that are not UTF-8 as `\x9F`, each by itself;
    /// - combining marks with nothing to stand on, or beyond the second on one character, and skin tones that
    ///   a terminal may or may not join with the emoji before them, as `<U+0301>`;
    /// - `\` as `\\`, but only in a text where something else was escaped.
    ///
    /// - Parameters:
    ///   - text: Text from a wire, a file or a user.
    ///   - maximumBytes: At most this many bytes of `text` are looked at. If there are more, `…` follows, marked as an
    ///     escape.
    public init(untrusted text: some StringProtocol, maximumBytes: Int = .max) {
        var text = String(text)
        self = text.withUTF8 { Sanitizer.singleLine($0, maximumBytes: maximumBytes) }
    }

    /// Makes bytes from outside safe, on one line. See `init(untrusted:maximumBytes:)`.
    public init(untrustedBytes bytes: some Collection<UInt8>, maximumBytes: Int = .max) {
        self = withBytes(of: bytes, upTo: maximumBytes) { Sanitizer.singleLine($0, maximumBytes: maximumBytes) }
    }

    /// Text laid out in rows.
    public struct Lines: Hashable, Sendable {
        /// The rows, each without newline or tab.
        public let lines: [SafeText]
        /// True if there were more rows or bytes than allowed.
        public let isTruncated: Bool
    }

    /// Makes text from outside safe and lays out its newlines and tabs.
    ///
    /// A line ends at LF or CR LF; a CR elsewhere is escaped. A tab moves to the next multiple of `tabWidth` columns.
    /// - Parameters:
    ///   - bytes: Bytes from a wire or a file.
    ///   - tabWidth: Columns between tab stops, at least 1.
    ///   - maximumLines: Rows to make at most, wrapped ones included.
    ///   - maximumBytes: Bytes to look at, at most.
    ///   - wrapAt: Columns after which a line goes on in the next row; nil leaves lines as long as they are.
    public static func lines(
        untrustedBytes bytes: some Collection<UInt8>,
        tabWidth: Int = 8,
        maximumLines: Int = .max,
        maximumBytes: Int = .max,
        wrapAt: Int? = nil
    ) -> Lines {
        let limits = Sanitizer.LineLimits(tabWidth: max(1, tabWidth), rows: maximumLines, bytes: maximumBytes, wrap: wrapAt)
        return withBytes(of: bytes, upTo: maximumBytes) { Sanitizer.lines($0, limits) }
    }

    /// Makes text from outside safe and lays out its newlines and tabs. See `lines(untrustedBytes:)`.
    public static func lines(
        untrusted text: some StringProtocol,
        tabWidth: Int = 8,
        maximumLines: Int = .max,
        maximumBytes: Int = .max,
        wrapAt: Int? = nil
    ) -> Lines {
        lines(
            untrustedBytes: text.utf8,
            tabWidth: tabWidth,
            maximumLines: maximumLines,
            maximumBytes: maximumBytes,
            wrapAt: wrapAt
        )
    }
}

/// Calls `body` with the bytes in one piece; of a collection that is in pieces, with a copy of one byte more than
/// `limit`, so that the callee still sees that there was more.
private func withBytes<Result>(
    of bytes: some Collection<UInt8>,
    upTo limit: Int,
    _ body: (UnsafeBufferPointer<UInt8>) -> Result
) -> Result {
    if let result = bytes.withContiguousStorageIfAvailable(body) { return result }
    return Array(bytes.prefix(limit == .max ? .max : max(0, limit) + 1)).withUnsafeBufferPointer(body)
}
