/// The headers of a message, in order, as in ADR-4.
///
/// Names keep their case and are compared with regard to it; a name may come more than once.
/// Values are UTF-8. (ADR-4 names ASCII; other clients send UTF-8, and a receiver that refuses it loses headers.)
public struct Headers: Sendable, Hashable {
    /// One line of a header block.
    public struct Field: Sendable, Hashable {
        /// Bytes 33–126 without the colon, at least one.
        public let name: String
        /// Any text without CR, LF and NUL, and without blanks at either end, which receivers drop.
        public let value: String

        /// Compares bytes: canonically equivalent texts are different values on the wire.
        public static func == (lhs: Field, rhs: Field) -> Bool {
            lhs.name.utf8.elementsEqual(rhs.name.utf8) && lhs.value.utf8.elementsEqual(rhs.value.utf8)
        }

        /// Compares bytes: to a String, the Kelvin sign is the letter K.
        func hasName(_ name: String) -> Bool { self.name.utf8.elementsEqual(name.utf8) }

        /// Hashes the bytes that `==` compares.
        public func hash(into hasher: inout Hasher) {
            for text in [self.name, self.value] {
                for byte in text.utf8 { hasher.combine(byte) }
                hasher.combine(UInt8(0xFF))
            }
        }
    }

    /// The most fields a received block may have, so that one message cannot cost a reader millions of allocations.
    public static let maxFields = 1024

    /// The status a server set; kept when the headers are written again.
    public private(set) var status: HeaderStatus?

    private(set) var fields: [Field] = []

    /// No headers. (A message with these is still an HPUB with an empty block.)
    public init() {}

    /// Headers from names and values, in their order.
    ///
    /// - Throws: ``WireError`` for the first name or value that cannot be sent.
    public init(_ pairs: some Sequence<(String, String)>) throws(WireError) {
        for (name, value) in pairs { try self.add(name, value) }
    }

    init(status: HeaderStatus?, fields: [Field]) {
        self.status = status
        self.fields = fields
    }

    /// The first value of a name, with regard to case.
    public subscript(name: String) -> String? { self.fields.first { $0.hasName(name) }?.value }

    /// All values of a name in their order, with regard to case.
    public func values(_ name: String) -> [String] { self.fields.filter { $0.hasName(name) }.map(\.value) }

    /// Adds a line, behind those of the same name.
    ///
    /// - Throws: ``WireError`` if the name or the value cannot be sent as it is.
    public mutating func add(_ name: String, _ value: String) throws(WireError) {
        self.fields.append(try Self.field(name, value))
    }

    /// Replaces all lines of a name by one, at the place of the first.
    ///
    /// - Throws: ``WireError`` if the name or the value cannot be sent as it is. Nothing is changed then.
    public mutating func set(_ name: String, _ value: String) throws(WireError) {
        let field = try Self.field(name, value)
        guard let first = self.fields.firstIndex(where: { $0.hasName(name) }) else {
            self.fields.append(field)
            return
        }
        self.fields[first] = field
        let rest = self.fields[(first + 1)...].filter { !$0.hasName(name) }
        self.fields.replaceSubrange((first + 1)..., with: rest)
    }

    /// Removes all lines of a name.
    public mutating func remove(_ name: String) { self.fields.removeAll { $0.hasName(name) } }

    private static func field(_ name: String, _ value: String) throws(WireError) -> Field {
        guard Self.isValidName(name.utf8) else { throw .invalidHeaderName(name.utf8) }
        let bytes = value.utf8
        guard bytes.allSatisfy({ $0 != .carriageReturn && $0 != .lineFeed && $0 != 0 }) else {
            throw .invalidHeaderValue(bytes, "a header value must not have CR, LF or NUL")
        }
        guard bytes.first?.isBlank != true, bytes.last?.isBlank != true else {
            throw .invalidHeaderValue(bytes, "a header value must not begin or end with a blank: receivers drop it")
        }
        return Field(name: name, value: value)
    }

    static func isValidName(_ bytes: some Collection<UInt8>) -> Bool {
        !bytes.isEmpty && bytes.allSatisfy { (33...126).contains($0) && $0 != .colon }
    }
}

extension Headers: RandomAccessCollection {
    /// The position of the first field, 0.
    public var startIndex: Int { self.fields.startIndex }
    /// The position behind the last field.
    public var endIndex: Int { self.fields.endIndex }
    /// The field at a position.
    public subscript(position: Int) -> Field { self.fields[position] }
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
