import Settings
import TerminalUI

// Exporting messages to a file, to the clipboard, and to the publish form.

extension TailView {
    /// The maximum number of bytes for the clipboard. Terminals accept about 100,000 bytes of base64.
    static let copyLimit = 64 * 1024

    mutating func export(_ action: KeyAction, _ data: DashboardData) -> ViewResponse {
        let log = log(data)
        if action == .save {
            let entries = matches.ids.compactMap { log[$0] }
            return entries.isEmpty ? .notice(.info("there is no message to save")) : .save(entries)
        }
        guard let entry = list.selection.flatMap({ log[$0] }) else { return .notice(.info("no message is selected")) }
        return action == .copy ? copy(entry) : edit(entry)
    }

    /// Copies the payload in the format that is shown.
    private func copy(_ entry: TailEntry) -> ViewResponse {
        guard !entry.payload.isEmpty else { return .notice(.info("the message has no payload to copy")) }
        var lines: [SafeText] = []
        var bytes = 0
        let all = MessageBody.payload(entry, format: format)
        for line in all {
            bytes += line.plain.utf8.count + 1
            guard bytes <= Self.copyLimit else { break }
            lines.append(line)
        }
        let isWhole = lines.count == all.count && !entry.isCut
        guard !lines.isEmpty else {
            return .notice(.warning("the first line is longer than the clipboard limit of \(SafeText.bytes(Self.copyLimit))"))
        }
        let size = SafeText.bytes(lines.reduce(0) { $0 + $1.plain.utf8.count + 1 } - 1)
        let part: SafeText = isWhole ? .empty : ", the beginning of \(SafeText.bytes(entry.payloadLength))"
        return .copy(lines, .info("copied \(size)\(part): sent to the terminal's clipboard (OSC 52)"))
    }

    /// Opens the message in the publish form.
    private func edit(_ entry: TailEntry) -> ViewResponse {
        guard !entry.isCut else {
            let sizes: SafeText = "\(SafeText.bytes(entry.payload.count)) of \(SafeText.bytes(entry.payloadLength))"
            return .notice(.error("only \(sizes) are kept, so the message cannot be published again"))
        }
        guard let topic = String(validating: entry.topic, as: UTF8.self), TextField.keeps(topic) else {
            return .notice(.error("the topic has bytes that cannot be typed"))
        }
        do throws(HeaderLines.ParseError) {
            let headers = try HeaderLines.text(ofBlock: entry.headers)
            guard TextField.keeps(headers, isMultiline: true, maximumBytes: PublishPrompt.headerBytes) else {
                return .notice(.error("the headers have characters that cannot be typed"))
            }
            return .edit(MessageDraft(topic: topic, headers: headers, body: Array(entry.payload)))
        } catch {
            return .notice(.error(error.reason))
        }
    }
}
