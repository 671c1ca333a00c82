import NIOCore
import Testing

@testable import RouletteNATS

@Suite("Parsing permissions violations")
struct PermissionViolationTests {
    private func violation(_ text: String) -> PermissionViolation? {
        PermissionViolation(text: ByteBuffer(string: text))
    }

    private func subscription(_ subject: String, queue: String? = nil, sid: UInt64? = nil) -> PermissionViolation {
        PermissionViolation(
            operation: .subscription(queue: queue.map { Array($0.utf8) }, sid: sid),
            subject: Array(subject.utf8)
        )
    }

    @Test
    func `every form of nats-server is parsed, in any case`() {
        #expect(violation(#"Permissions Violation for Publish to "a.b""#)?.operation == .publish)
        #expect(violation(#"Permissions Violation for Publish with Reply of "a.b""#)?.operation == .reply)
        #expect(violation(#"Permissions Violation for Publish to "a.b""#)?.subject == Array("a.b".utf8))
        #expect(violation(#"Permissions Violation for Subscription to "a.>""#) == subscription("a.>"))
        #expect(violation(#"permissions violation for subscription to "a""#) == subscription("a"))
        #expect(violation(#"Permissions Violation for Subscription to "a" using queue "q""#) == subscription("a", queue: "q"))
        #expect(violation(#"Permissions Violation for Subscription to "a" (sid "42")"#) == subscription("a", sid: 42))
        // Servers before 2.2 did not quote the sid.
        #expect(violation(#"Permissions Violation for Subscription to "a" (sid 42)"#) == subscription("a", sid: 42))
        #expect(
            violation(#"Permissions Violation for Subscription to "a" using queue "q" (sid "16777217")"#)
                == subscription("a", queue: "q", sid: 16_777_217)
        )
        #expect(violation(#"Permissions Violation for Subscription to "a.b.c", too many tokens"#) == subscription("a.b.c"))
    }

    @Test
    func `names quoted by Go are restored byte for byte`() {
        #expect(violation(#"Permissions Violation for Publish to "say.\"hi\"\\now""#)?.subject == Array(#"say."hi"\now"#.utf8))
        #expect(
            violation(#"Permissions Violation for Publish to "a\x1b\xff\u00ad\U000e0001\a\v""#)?.subject
                == [0x61, 0x1B, 0xFF] + Array("\u{AD}\u{E0001}\u{7}\u{B}".utf8)
        )
        #expect(violation("Permissions Violation for Publish to \"caf\u{E9}\"")?.subject == Array("caf\u{E9}".utf8))
    }

    @Test(
        arguments: [
            "", "P", "Permissions Violation", "Permissions Violation for ", "Permissions Violation for Publish to ",
            "Permissions Violation for Publish to a.b", #"Permissions Violation for Publish to ""#,
            #"Permissions Violation for Publish to "a"#, #"Permissions Violation for Publish to "a\"#,
            #"Permissions Violation for Publish to "\q""#, #"Permissions Violation for Publish to "\x4""#,
            #"Permissions Violation for Publish to "\ud800""#, #"Permissions Violation for Publish to "\U00110000""#,
            #"Permissions Violation for Publish to "\x+1""#, #"Permissions Violation for Dancing to "a""#,
            "Authorization Violation",
        ]
    )
    func `other texts are not permissions violations`(text: String) {
        #expect(violation(text) == nil)
    }

    @Test
    func `an invalid sid is ignored`() {
        for sid in [#""""#, #""x""#, #""99999999999999999999""#, #""-1""#, ""] {
            #expect(violation(#"Permissions Violation for Subscription to "a" (sid "# + sid) == subscription("a"))
        }
    }

    @Test
    func `a truncated text does not trap`() {
        let text = Array(#"Permissions Violation for Subscription to "a\x00\u1234\"" using queue "\\q" (sid "7")"#.utf8)
        for length in text.indices {
            _ = PermissionViolation(text: ByteBuffer(bytes: text[..<length]))
            _ = PermissionViolation(text: ByteBuffer(bytes: text[..<length] + [0xFF, 0x22]))
        }
    }
}
