import TerminalUI

/// The body of the message in the form.
enum DraftBody: Sendable, Hashable {
    /// Being typed.
    case text(TextField)
    /// Sent byte for byte: a field would change it, or it is too long to edit there.
    case bytes([UInt8])

    /// The longest body that is edited in the form; longer ones are for an editor.
    static let editableBytes = 64 * 1024

    /// No body yet.
    init() {
        self = .text(TextField(isMultiline: true, maximumBytes: Self.editableBytes))
    }

    /// A body from elsewhere. It becomes text only if the field holds exactly these bytes: control characters and
    /// CR LF do not survive in one.
    init(_ bytes: [UInt8]) {
        self.init()
        guard bytes.count <= Self.editableBytes, let text = String(validating: bytes, as: UTF8.self) else {
            self = .bytes(bytes)
            return
        }
        let field = TextField(text, isMultiline: true, maximumBytes: Self.editableBytes)
        self = field.text.utf8.elementsEqual(bytes) ? .text(field) : .bytes(bytes)
    }

    /// What is sent.
    var bytes: [UInt8] {
        switch self {
        case .text(let field): Array(field.text.utf8)
        case .bytes(let bytes): bytes
        }
    }

    /// How many bytes are sent.
    var count: Int {
        switch self {
        case .text(let field): field.byteCount
        case .bytes(let bytes): bytes.count
        }
    }

    /// What the form shows in place of bytes that cannot be typed.
    static func label(of bytes: [UInt8]) -> SafeText {
        let size = SafeText.bytes(bytes.count)
        let isText = String(validating: bytes, as: UTF8.self) != nil
        let reason: SafeText = bytes.count > editableBytes ? "too long to edit here" : isText ? "control characters" : "not text"
        return "\(size), \(reason): sent as it is; ^u empties it"
    }

    /// - Returns: Whether something changed.
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

    /// Puts text at the cursor; bytes stay as they are.
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
