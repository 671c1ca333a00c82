extension SafeText {
    /// Makes untrusted text safe, on one line: newlines and tabs become `^J` and `^I`.
    ///
    /// The following is escaped:
    /// - C0 controls and DEL as `^X`;
    /// - C1 controls, bidirectional controls, zero-width and other format characters, tags, line and paragraph separators,
    ///   private use, noncharacters, unassigned code points and all other characters that are invisible by default as
    ///   `<U+202E>`;
    /// - bytes that are not UTF-8 as `\x9F`, each one separately;
    /// - combining marks without a base character or beyond the second on one character, and skin tones that only some
    ///   terminals join with the emoji before them, as `<U+0301>`;
    /// - `\` as `\\`, but only in a text with other escapes.
    ///
    /// - Parameters:
    ///   - text: Text from the network, a file or a user.
    ///   - maximumBytes: The maximum number of bytes of `text` to read. If there are more, `…` follows, marked as an
    ///     escape.
    public init(untrusted text: some StringProtocol, maximumBytes: Int = .max) {
        var text = String(text)
        self = text.withUTF8 { Sanitizer.singleLine($0, maximumBytes: maximumBytes) }
    }

    /// Makes untrusted bytes safe, on one line. See `init(untrusted:maximumBytes:)`.
    public init(untrustedBytes bytes: some Collection<UInt8>, maximumBytes: Int = .max) {
        self = withBytes(of: bytes, upTo: maximumBytes) { Sanitizer.singleLine($0, maximumBytes: maximumBytes) }
    }

    /// Text in rows.
    public struct Lines: Hashable, Sendable {
        /// The rows, without newlines or tabs.
        public let lines: [SafeText]
        /// True if there were more rows or bytes than allowed.
        public let isTruncated: Bool
    }

    /// Makes untrusted text safe, with its newlines and tabs as layout.
    ///
    /// A line ends at LF or CR LF; other CRs are escaped. A tab moves to the next multiple of `tabWidth` columns.
    /// - Parameters:
    ///   - bytes: Bytes from the network or a file.
    ///   - tabWidth: The number of columns between tab stops, at least 1.
    ///   - maximumLines: The maximum number of rows, including wrapped ones.
    ///   - maximumBytes: The maximum number of bytes to read.
    ///   - wrapAt: The column after which a line continues in the next row; nil does not wrap lines.
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

    /// Makes untrusted text safe, with its newlines and tabs as layout. See `lines(untrustedBytes:)`.
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

/// Calls `body` with contiguous bytes.
///
/// Copies a collection that is not contiguous, up to one byte more than `limit`, so that `body` can see that there is more.
private func withBytes<Result>(
    of bytes: some Collection<UInt8>,
    upTo limit: Int,
    _ body: (UnsafeBufferPointer<UInt8>) -> Result
) -> Result {
    if let result = bytes.withContiguousStorageIfAvailable(body) { return result }
    return Array(bytes.prefix(limit == .max ? .max : max(0, limit) + 1)).withUnsafeBufferPointer(body)
}
