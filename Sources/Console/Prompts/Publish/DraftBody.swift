import TerminalUI

/// The body of the message in the publish form.
enum DraftBody: Sendable, Hashable {
    /// A body that is edited in the form.
    case text(TextField)
    /// A body that is sent unchanged, because a text field would change it or it is too long for the form.
    case bytes([UInt8])

    /// The maximum size of a body in the form. A larger body can be edited in the operator's editor.
    static let editableBytes = 64 * 1024

    /// Creates an empty body.
    init() {
        self = .text(TextField(isMultiline: true, maximumBytes: Self.editableBytes))
    }

    /// Creates a body from bytes. It is editable text only if a text field preserves the bytes, which it does not for control
    /// characters and CR LF.
    init(_ bytes: [UInt8]) {
        self.init()
        guard bytes.count <= Self.editableBytes, let text = String(validating: bytes, as: UTF8.self) else {
            self = .bytes(bytes)
            return
        }
        let field = TextField(text, isMultiline: true, maximumBytes: Self.editableBytes)
        self = field.text.utf8.elementsEqual(bytes) ? .text(field) : .bytes(bytes)
    }

    /// The bytes to send.
    var bytes: [UInt8] {
        switch self {
        case .text(let field): Array(field.text.utf8)
        case .bytes(let bytes): bytes
        }
    }

    /// The number of bytes to send.
    var count: Int {
        switch self {
        case .text(let field): field.byteCount
        case .bytes(let bytes): bytes.count
        }
    }

    /// Returns the text that the form shows in place of bytes that are not editable.
    static func label(of bytes: [UInt8]) -> SafeText {
        let size = SafeText.bytes(bytes.count)
        let isText = String(validating: bytes, as: UTF8.self) != nil
        let reason: SafeText = bytes.count > editableBytes ? "too long to edit here" : isText ? "control characters" : "not text"
        return "\(size), \(reason): sent unchanged; ^u clears it"
    }

    /// Handles a key.
    /// - Returns: Whether the body changed.
    mutating func handle(_ key: Key) -> Bool {
        switch self {
        case .text(var field):
            let outcome = field.handle(key)
            self = .text(field)
            return outcome == .edited
        case .bytes:
            guard key == .control("u") else { return false }
            self = DraftBody()
            return true
        }
    }

    /// Inserts text at the cursor. Does nothing if the body is not editable.
    mutating func insert(_ text: String) {
        guard case .text(var field) = self else { return }
        field.insert(text)
        self = .text(field)
    }

    mutating func insert(_ paste: Paste) {
        guard case .text(var field) = self else { return }
        field.insert(paste)
        self = .text(field)
    }
}
