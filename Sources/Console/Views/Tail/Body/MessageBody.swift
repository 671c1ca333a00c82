import NATSWire
import Settings
import TerminalUI

/// How a payload is shown.
enum BodyFormat: Sendable, Hashable {
    /// JSON where it is some, else text, else hex.
    case automatic
    case text, json, hex
}

/// A message laid out in rows: its headers, its payload. No more rows than are asked for are made, so that a message of
/// a megabyte costs no more than what is seen of it.
struct MessageBody: Sendable {
    /// At most so many rows are made.
    static let rowLimit = 20_000

    private(set) var lines: [StyledLine] = []
    /// Whether these are all rows there are.
    private(set) var isComplete = true
    private let maximumRows: Int

    /// - Parameters:
    ///   - width: Columns there are.
    ///   - wraps: Whether longer lines go on in the next row.
    ///   - maximumRows: How many rows are wanted.
    init(_ entry: TailEntry, format: BodyFormat, width: Int, wraps: Bool, maximumRows: Int = MessageBody.rowLimit) {
        // One more, to see whether there are more.
        self.maximumRows = min(maximumRows, Self.rowLimit) + 1
        addHeaders(entry)
        addPayload(entry, format: format, width: width, wraps: wraps)
        if wraps { wrap(at: width) }
        guard lines.count >= self.maximumRows else { return }
        lines.removeLast(lines.count - self.maximumRows + 1)
        isComplete = maximumRows >= Self.rowLimit
        if isComplete { lines.append(StyledLine("cut after \(Self.rowLimit) rows", .muted)) }
    }

    /// The payload as it is shown, without the lines that are not of it.
    static func payload(_ entry: TailEntry, format: BodyFormat) -> [SafeText] {
        var body = MessageBody(maximumRows: rowLimit)
        if !entry.payload.isEmpty { body.addBytes(Array(entry.payload), format: format, width: 80, wraps: false) }
        return body.lines.map(\.text)
    }

    private init(maximumRows: Int) {
        self.maximumRows = maximumRows
    }

    private mutating func wrap(at width: Int) {
        var rows: [StyledLine] = []
        for line in lines {
            guard rows.count < maximumRows else { break }
            rows += line.wrapped(at: width)
        }
        lines = rows
    }

    // MARK: Headers

    private mutating func addHeaders(_ entry: TailEntry) {
        guard !entry.headers.isEmpty else { return }
        do throws(WireError) {
            let headers = try Array(entry.headers).withUnsafeBufferPointer { (bytes) throws(WireError) in
                try Headers(block: UnsafeRawBufferPointer(bytes))
            }
            if let status = headers.status { lines.append(StyledLine("status \(untrusted: status.description)", .severityWarn)) }
            for field in headers {
                var line = StyledLine("\(untrusted: field.name): ", .muted)
                line.append(SafeText(untrusted: field.value, maximumBytes: 4096), .text)
                lines.append(line)
            }
        } catch {
            lines.append(StyledLine("malformed headers: \(untrusted: error.message)", .severityWarn))
            let raw = SafeText.lines(untrustedBytes: entry.headers, maximumLines: 64, maximumBytes: 4096)
            lines += raw.lines.map { StyledLine($0) }
        }
        lines.append(StyledLine())
    }

    // MARK: Payload

    private mutating func addPayload(_ entry: TailEntry, format: BodyFormat, width: Int, wraps: Bool) {
        guard !entry.payload.isEmpty else {
            lines.append(StyledLine("no payload", .muted))
            return
        }
        addBytes(Array(entry.payload), format: format, width: width, wraps: wraps)
        if entry.isCut {
            let kept = SafeText.bytes(entry.payload.count)
            lines.append(StyledLine("the first \(kept) of \(SafeText.bytes(entry.payloadLength))", .muted))
        }
    }

    private mutating func addBytes(_ bytes: [UInt8], format: BodyFormat, width: Int, wraps: Bool) {
        switch format {
        case .automatic:
            if let json = try? JSONLayout.lines(bytes, maximumRows: maximumRows) {
                lines += json
            } else if Self.isText(bytes) {
                addText(bytes, width: width, wraps: wraps)
            } else {
                lines += HexDump.lines(bytes, width: width, maximumRows: maximumRows)
            }
        case .text: addText(bytes, width: width, wraps: wraps)
        case .json:
            do {
                lines += try JSONLayout.lines(bytes, maximumRows: maximumRows)
            } catch {
                lines.append(StyledLine("not JSON: \(error.reason) at byte \(error.position)", .severityWarn))
                addText(bytes, width: width, wraps: wraps)
            }
        case .hex: lines += HexDump.lines(bytes, width: width, maximumRows: maximumRows)
        }
    }

    /// Whether it is UTF-8. The end of a text that was cut may be half a character.
    private static func isText(_ bytes: [UInt8]) -> Bool {
        (0..<min(4, bytes.count)).contains { String(validating: bytes.dropLast($0), as: UTF8.self) != nil }
    }

    private mutating func addText(_ bytes: [UInt8], width: Int, wraps: Bool) {
        let text = SafeText.lines(untrustedBytes: bytes, maximumLines: maximumRows, wrapAt: wraps ? max(2, width) : nil)
        lines += text.lines.map { StyledLine($0) }
    }
}
