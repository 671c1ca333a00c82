import NATSWire
import Testing

@testable import RouletteNATS

@Suite("Inboxes")
struct InboxTests {
    private func token(_ text: String, of inbox: Inbox) -> RequestToken? {
        Array(text.utf8).withUnsafeBytes { inbox.token(of: $0) }
    }

    @Test(
        arguments: [0, 1, 63, 64, 0xDEAD_BEEF, .max, .max - 1, 1 << 63] as [UInt64]
    )
    func `the token can be parsed from the reply subject`(bits: UInt64) throws {
        var randomness = SystemRandomNumberGenerator()
        let inbox = try Inbox(prefix: "_INBOX", random: { randomness.next() })
        let subject = try inbox.subject(for: RequestToken(bits: bits))
        #expect(inbox.pattern.matches(subject))
        #expect(token(subject.description, of: inbox)?.bits == bits)
    }

    @Test
    func `every inbox is unique`() throws {
        var randomness = SystemRandomNumberGenerator()
        let inboxes = try (0..<1000).map { _ in try Inbox(prefix: "_INBOX", random: { randomness.next() }).pattern }
        #expect(Set(inboxes).count == 1000)
        #expect(inboxes.allSatisfy { $0.description.split(separator: ".").count == 3 })
    }

    @Test
    func `subjects outside the inbox have no token`() throws {
        var randomness = SystemRandomNumberGenerator()
        let inbox = try Inbox(prefix: "_INBOX", random: { randomness.next() })
        let other = try Inbox(prefix: "_INBOX", random: { randomness.next() })
        let stem = String(inbox.pattern.description.dropLast())
        #expect(token(stem + "AAAAAAAAAAA", of: inbox) != nil)
        for text in [
            "", "_INBOX", stem, stem + "AAAAAAAAAA", stem + "AAAAAAAAAAAA", stem + "AAAAAAAAAA.", stem + "AAAAAAAAAA\u{7F}",
            // More than 64 bits.
            stem + "QAAAAAAAAAA", stem + "___________", try other.subject(for: RequestToken(bits: 1)).description,
        ] {
            #expect(token(text, of: inbox) == nil, "\(text)")
        }
    }

    @Test
    func `a configured prefix may have several tokens`() throws {
        var randomness = SystemRandomNumberGenerator()
        let inbox = try Inbox(prefix: "tenant.7.inbox", random: { randomness.next() })
        #expect(inbox.pattern.description.hasPrefix("tenant.7.inbox."))
    }

    @Test(arguments: ["", "a b", "a.", "a.*", ">", "a\r\nPUB"])
    func `a prefix that is not a subject is a configuration error`(prefix: String) {
        var configuration = NATSClientConfiguration(address: .init(host: "127.0.0.1"))
        configuration.inboxPrefix = prefix
        let error = #expect(throws: NATSError.self) { try configuration.validate() }
        #expect(error?.code == .configuration)
    }

    @Test
    func `a prefix that is too long is a configuration error`() {
        var configuration = NATSClientConfiguration(address: .init(host: "127.0.0.1"))
        configuration.inboxPrefix = String(repeating: "x", count: 257)
        #expect(throws: NATSError.self) { try configuration.validate() }
    }
}
