import NATSWire
import Settings
import TerminalUI

/// How a payload is shown.
enum BodyFormat: Sendable, Hashable {
    /// JSON where it is some, else text, else hex.
    case automatic
    case text, json, hex
}

/// A message laid out in rows: what it is, its headers, its payload.
struct MessageBody: Sendable {
    /// At most so many bytes of a payload are laid out.
    static let byteLimit = 64 * 1024
    /// At most so many rows are made.
    static let rowLimit = 5_000

    private(set) var lines: [StyledLine] = []

    /// - Parameters:
    ///   - width: Columns there are.
    ///   - wraps: Whether longer lines go on in the next row.
    init(_ entry: TailEntry, format: BodyFormat, width: Int, wraps: Bool) {
        addHeaders(entry)
        addPayload(entry, format: format, width: width)
        if wraps { lines = lines.flatMap { $0.wrapped(at: width) } }
        if lines.count > Self.rowLimit {
            lines.removeLast(lines.count - Self.rowLimit)
            lines.append(StyledLine("cut after \(Self.rowLimit) rows", .muted))
        }
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

    private mutating func addPayload(_ entry: TailEntry, format: BodyFormat, width: Int) {
        let bytes = Array(entry.payload.prefix(Self.byteLimit))
        guard !bytes.isEmpty else {
            lines.append(StyledLine("no payload", .muted))
            return
        }
        switch format {
        case .automatic:
            if let json = try? JSONLayout.lines(bytes) {
                lines += json
            } else if String(validating: bytes, as: UTF8.self) != nil || entry.payload.count > bytes.count {
                addText(bytes)
            } else {
                lines += HexDump.lines(bytes, width: width)
            }
        case .text: addText(bytes)
        case .json:
            do {
                lines += try JSONLayout.lines(bytes)
            } catch {
                lines.append(StyledLine("not JSON: \(error.reason) at byte \(error.position)", .severityWarn))
                addText(bytes)
            }
        case .hex: lines += HexDump.lines(bytes, width: width)
        }
        if bytes.count < entry.payloadLength {
            let shown = SafeText.bytes(bytes.count)
            lines.append(StyledLine("the first \(shown) of \(SafeText.bytes(entry.payloadLength))", .muted))
        }
    }

    private mutating func addText(_ bytes: [UInt8]) {
        let text = SafeText.lines(untrustedBytes: bytes, maximumLines: Self.rowLimit)
        lines += text.lines.map { StyledLine($0) }
    }
}
