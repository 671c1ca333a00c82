/// The status a server may put on the first line of a header block: `NATS/1.0 503 No Responders`.
public struct HeaderStatus: Sendable, Hashable, CustomStringConvertible {
    /// Three digits, as in HTTP. 503 means that the subject of a request has no subscribers.
    public var code: Int

    /// The text after the code, for display; may be empty.
    public var text: String

    /// Creates a status with a code of 100 to 999.
    public init(code: Int, text: String = "") {
        self.code = code
        self.text = text
    }

    /// The subject of a request has no subscribers (ADR-4). Sent if CONNECT sets `no_responders`.
    public static let noRespondersCode = 503

    /// Code and text, separated by a space.
    public var description: String { text.isEmpty ? "\(code)" : "\(code) \(text)" }

    /// Reads the status from the first line of the block. Returns nil if there is none or the line is malformed.
    init?(block: UnsafeRawBufferPointer) {
        guard let line = HeaderVersionLine(block: block), let status = line.status else { return nil }
        self = status
    }
}

/// The first line of a header block: `NATS/1.0`, optionally a status code and text, CR LF.
struct HeaderVersionLine {
    static let version: StaticString = "NATS/1.0"

    let status: HeaderStatus?
    /// The length of the line, CR LF included.
    let length: Int

    init?(block: UnsafeRawBufferPointer) {
        let version = UnsafeRawBufferPointer(start: Self.version.utf8Start, count: Self.version.utf8CodeUnitCount)
        guard block.starts(with: version) else { return nil }
        guard let lineFeed = block.firstIndex(of: .lineFeed), block[lineFeed - 1] == .carriageReturn else { return nil }
        length = lineFeed + 1
        let rest = UnsafeRawBufferPointer(rebasing: block[version.count..<lineFeed - 1])
        let text = rest.trimmingBlanks()
        if text.isEmpty {
            status = nil
            return
        }
        // "NATS/1.05" is another version, not status 5.
        guard rest[0].isBlank, text.count >= 3, text[..<3].allSatisfy(\.isDigit), text[0] != UInt8(ascii: "0"),
            text.count == 3 || text[3].isBlank
        else { return nil }
        let code = text[..<3].reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
        let reason = UnsafeRawBufferPointer(rebasing: text[3...]).trimmingBlanks()
        status = HeaderStatus(code: code, text: String(decoding: reason, as: UTF8.self))
    }
}
