import NATSWire
import TextCoding

/// The reply subjects of one connection: `<prefix>.<random>.<token>`, with one token for each request. One subscription to
/// `<prefix>.<random>.*` covers them all.
package struct Inbox: Sendable {
    /// The pattern to subscribe to.
    let pattern: Subject
    /// The text before the token, including the dot.
    private let stem: [UInt8]

    /// The number of random characters, with six bits each. Two connections never share an inbox.
    private static let randomLength = 22
    /// The maximum length of the prefix. It leaves most of the control line for the subjects of requests.
    static let maxPrefixLength = 256

    /// - Parameter random: Returns random bits, of which six are used.
    /// - Throws: ``NATSError/Code/configuration`` if the prefix is not a subject or too long.
    init(prefix: String, random: () -> UInt8) throws(NATSError) {
        try Self.validate(prefix: prefix)
        var stem = Array(prefix.utf8)
        stem.append(UInt8(ascii: "."))
        for _ in 0..<Self.randomLength {
            stem.append(Base64URL.digit(random() % 64))
        }
        stem.append(UInt8(ascii: "."))
        self.stem = stem
        do {
            self.pattern = try Subject.pattern(String(decoding: stem, as: UTF8.self) + "*")
        } catch {
            throw NATSError(.configuration, "inbox_prefix cannot be used: \(error)", cause: error)
        }
    }

    /// Returns a subject that no other client uses.
    package static func newSubject(prefix: String, random: () -> UInt64) -> String {
        let digits = (0..<randomLength).map { _ in Base64URL.digit(UInt8(random() % 64)) }
        return "\(prefix).\(String(decoding: digits, as: UTF8.self))"
    }

    static func validate(prefix: String) throws(NATSError) {
        do {
            _ = try Subject(prefix)
        } catch {
            throw NATSError(.configuration, "inbox_prefix is not a subject: \(error)", cause: error)
        }
        guard prefix.utf8.count <= maxPrefixLength else {
            throw NATSError(
                .configuration,
                "inbox_prefix has \(prefix.utf8.count) bytes, use at most \(maxPrefixLength)"
            )
        }
    }

    /// Returns the reply subject of a request.
    func subject(for token: RequestToken) throws(NATSError) -> Subject {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(stem.count + RequestToken.textLength)
        bytes += stem
        token.write(to: &bytes)
        do {
            return try Subject(bytes: bytes)
        } catch {
            throw NATSError(.invalidSubject, "\(error)", cause: error)
        }
    }

    /// Returns the token of a reply; nil if the subject does not belong to this inbox.
    func token(of subject: UnsafeRawBufferPointer) -> RequestToken? {
        guard subject.count == stem.count + RequestToken.textLength, subject.starts(with: stem) else { return nil }
        return RequestToken(text: UnsafeRawBufferPointer(rebasing: subject[stem.count...]))
    }
}
