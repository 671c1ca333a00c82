import NATSWire
import Settings
import TerminalUI

/// The format of a payload.
enum BodyFormat: Sendable, Hashable {
    /// JSON if the payload is valid JSON, else text if it is UTF-8, else hex.
    case automatic
    case text, json, hex
}

/// A message in rows: its headers and its payload. Only the requested number of rows is created, so that a large message costs no
/// more than its visible part.
struct MessageBody: Sendable {
    /// The maximum number of rows.
    static let rowLimit = 20_000

    private(set) var lines: [StyledLine] = []
    /// Whether the rows are complete.
    private(set) var isComplete = true
    private let maximumRows: Int

    /// - Parameters:
    ///   - width: The width in columns.
    ///   - wraps: Whether long lines are wrapped.
    ///   - maximumRows: The maximum number of rows.
    init(_ entry: TailEntry, format: BodyFormat, width: Int, wraps: Bool, maximumRows: Int = MessageBody.rowLimit) {
        // One extra row shows whether there are more.
        self.maximumRows = min(maximumRows, Self.rowLimit) + 1
        addHeaders(entry)
        addPayload(entry, format: format, width: width, wraps: wraps)
        if wraps { wrap(at: width) }
        guard lines.count >= self.maximumRows else { return }
        lines.removeLast(lines.count - self.maximumRows + 1)
        isComplete = maximumRows >= Self.rowLimit
        if isComplete { lines.append(StyledLine("cut after \(Self.rowLimit) rows", .muted)) }
    }

    /// Returns the rows of the payload in a format, without other rows.
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

    /// Returns whether the bytes are UTF-8. The last character may be incomplete if the payload was cut.
    private static func isText(_ bytes: [UInt8]) -> Bool {
        (0..<min(4, bytes.count)).contains { String(validating: bytes.dropLast($0), as: UTF8.self) != nil }
    }

    private mutating func addText(_ bytes: [UInt8], width: Int, wraps: Bool) {
        let text = SafeText.lines(untrustedBytes: bytes, maximumLines: maximumRows, wrapAt: wraps ? max(2, width) : nil)
        lines += text.lines.map { StyledLine($0) }
    }
}
