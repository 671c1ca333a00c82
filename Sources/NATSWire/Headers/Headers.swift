/// The headers of a message, in order, as specified in ADR-4.
///
/// Names are case-sensitive and may occur more than once. Values are UTF-8. (ADR-4 specifies ASCII; other clients send
/// UTF-8, and a receiver that rejects it loses headers.)
public struct Headers: Sendable, Hashable {
    /// One line of a header block.
    public struct Field: Sendable, Hashable {
        /// Bytes 33–126 without the colon, at least one.
        public let name: String
        /// Any text without CR, LF and NUL, and without spaces or tabs at either end, which receivers drop.
        public let value: String

        /// Compares bytes: canonically equivalent texts are different values in the protocol.
        public static func == (lhs: Field, rhs: Field) -> Bool {
            lhs.name.utf8.elementsEqual(rhs.name.utf8) && lhs.value.utf8.elementsEqual(rhs.value.utf8)
        }

        /// Compares bytes: as a String, the Kelvin sign equals the letter K.
        func hasName(_ name: String) -> Bool { self.name.utf8.elementsEqual(name.utf8) }

        /// Hashes the bytes that `==` compares.
        public func hash(into hasher: inout Hasher) {
            for text in [name, value] {
                for byte in text.utf8 { hasher.combine(byte) }
                hasher.combine(UInt8(0xFF))
            }
        }
    }

    /// The maximum number of fields in a received block, so that one message cannot cause millions of allocations.
    public static let maxFields = 1024

    /// The status that a server set. It is kept when the headers are written again.
    public private(set) var status: HeaderStatus?

    private(set) var fields: [Field] = []
    /// Why a field of a dictionary literal cannot be sent, if there is one. A message with such headers is refused.
    package private(set) var problem: String?

    /// Creates headers without fields. A message with empty headers is still an HPUB with an empty block.
    public init() {}

    /// Creates headers from names and values, in order.
    ///
    /// - Throws: ``WireError`` for the first name or value that cannot be sent.
    public init(_ pairs: some Sequence<(String, String)>) throws(WireError) {
        for (name, value) in pairs { try add(name, value) }
    }

    init(status: HeaderStatus?, fields: [Field]) {
        self.status = status
        self.fields = fields
    }

    /// The first value for a name, case-sensitive.
    public subscript(name: String) -> String? { fields.first { $0.hasName(name) }?.value }

    /// Returns all values for a name in order, case-sensitive.
    public func values(_ name: String) -> [String] { fields.filter { $0.hasName(name) }.map(\.value) }

    /// Adds a field after those with the same name.
    ///
    /// - Throws: ``WireError`` if the name or the value cannot be sent unchanged.
    public mutating func add(_ name: String, _ value: String) throws(WireError) {
        fields.append(try Self.field(name, value))
    }

    /// Replaces all fields with a name by one, at the position of the first.
    ///
    /// - Throws: ``WireError`` if the name or the value cannot be sent unchanged. The headers are then unchanged.
    public mutating func set(_ name: String, _ value: String) throws(WireError) {
        let field = try Self.field(name, value)
        guard let first = fields.firstIndex(where: { $0.hasName(name) }) else {
            fields.append(field)
            return
        }
        fields[first] = field
        let rest = fields[(first + 1)...].filter { !$0.hasName(name) }
        fields.replaceSubrange((first + 1)..., with: rest)
    }

    /// Removes all fields with a name.
    public mutating func remove(_ name: String) { fields.removeAll { $0.hasName(name) } }

    private static func field(_ name: String, _ value: String) throws(WireError) -> Field {
        guard Self.isValidName(name.utf8) else { throw .invalidHeaderName(name.utf8) }
        let bytes = value.utf8
        guard bytes.allSatisfy({ $0 != .carriageReturn && $0 != .lineFeed && $0 != 0 }) else {
            throw .invalidHeaderValue(bytes, "a header value must not have CR, LF or NUL")
        }
        guard bytes.first?.isBlank != true, bytes.last?.isBlank != true else {
            throw .invalidHeaderValue(bytes, "a header value must not begin or end with a space or tab: receivers drop it")
        }
        return Field(name: name, value: value)
    }

    static func isValidName(_ bytes: some Collection<UInt8>) -> Bool {
        !bytes.isEmpty && bytes.allSatisfy { (33...126).contains($0) && $0 != .colon }
    }
}

extension Headers: ExpressibleByDictionaryLiteral {
    /// Creates headers from a literal, in order. A name may occur more than once.
    ///
    /// A literal cannot throw. If a name or a value cannot be sent, publishing a message with these headers fails with an error
    /// that names it.
    public init(dictionaryLiteral elements: (String, String)...) {
        for (name, value) in elements {
            do {
                try add(name, value)
            } catch {
                problem = problem ?? "\(error)"
            }
        }
    }
}

extension Headers: RandomAccessCollection {
    /// The position of the first field, 0.
    public var startIndex: Int { fields.startIndex }
    /// The position after the last field.
    public var endIndex: Int { fields.endIndex }
    /// The field at a position.
    public subscript(position: Int) -> Field { fields[position] }
}

extension WireError {
    static func invalidHeaderName(_ name: some Sequence<UInt8>) -> WireError {
        WireError(
            code: .invalidHeaderName,
            message: "a header name must be visible ASCII characters other than the colon, at least one",
            offending: name
        )
    }

    static func invalidHeaderValue(_ value: some Sequence<UInt8>, _ rule: String) -> WireError {
        WireError(code: .invalidHeaderValue, message: rule, offending: value)
    }
}
