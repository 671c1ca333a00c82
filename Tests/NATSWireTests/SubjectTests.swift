import NATSWire
import Testing

@Suite struct SubjectTests {
    @Test(arguments: ["a", "foo", "foo.bar", "$SYS.x", "_INBOX.abc.1", "a-b_c/d:e", "räume.東京.🙂"])
    func `valid subjects are accepted`(text: String) throws(WireError) {
        let subject = try Subject(text)
        #expect(subject.description == text)
        #expect(subject.count == text.utf8.count)
        #expect(!subject.isWildcard)
    }

    @Test(arguments: [
        ("", WireError.Code.emptySubject),
        (".", .emptySubjectToken),
        (".a", .emptySubjectToken),
        ("a.", .emptySubjectToken),
        ("a..b", .emptySubjectToken),
        (" ", .invalidSubjectByte),
        ("a b", .invalidSubjectByte),
        ("a\tb", .invalidSubjectByte),
        ("a\nb", .invalidSubjectByte),
        ("a\rb", .invalidSubjectByte),
        // CR LF is one Character in Swift, so a search for "\n" does not find it.
        ("a\r\nb", .invalidSubjectByte),
        ("foo 1\r\nPUB bar 1\r\nx", .invalidSubjectByte),
        ("a\u{0}b", .invalidSubjectByte),
        ("a\u{1B}[2J", .invalidSubjectByte),
        ("a\u{7F}", .invalidSubjectByte),
        ("foo*", .misplacedWildcard),
        ("*foo", .misplacedWildcard),
        ("**", .misplacedWildcard),
        ("a.b*.c", .misplacedWildcard),
        ("foo>", .misplacedWildcard),
        (">foo", .misplacedWildcard),
        (">.foo", .misplacedWildcard),
        ("a.>.b", .misplacedWildcard),
        (">>", .misplacedWildcard),
    ])
    func `invalid subjects are refused`(text: String, expected: WireError.Code) {
        #expect(code { () throws(WireError) in _ = try Subject(text) } == expected)
        #expect(code { () throws(WireError) in _ = try Subject.pattern(text) } == expected)
        #expect(code { () throws(WireError) in _ = try Subject(bytes: Array(text.utf8)) } == expected)
    }

    @Test(arguments: ["*", ">", "a.*", "*.b", "a.*.c", "a.>", "*.*.>"])
    func `wildcards are allowed only in patterns`(text: String) throws {
        #expect(try Subject.pattern(text).isWildcard)
        #expect(code { () throws(WireError) in _ = try Subject(text) } == .wildcardNotAllowed)
    }

    @Test func `a pattern may have no wildcard`() throws {
        #expect(try Subject.pattern("foo.bar") == Subject("foo.bar"))
        #expect(try !Subject.pattern("foo.bar").isWildcard)
    }

    @Test func `literals may be subjects and patterns`() {
        let subject: Subject = "foo.bar"
        let pattern: Subject = "foo.>"
        #expect(!subject.isWildcard)
        #expect(pattern.isWildcard)
    }

    @Test func `subjects are compared by bytes`() throws {
        let composed: Subject = "caf\u{E9}"
        let decomposed: Subject = "cafe\u{301}"
        #expect("caf\u{E9}" == "cafe\u{301}")
        #expect(composed != decomposed)
        #expect(Set([composed, decomposed]).count == 2)
        #expect(Set([composed, "caf\u{E9}"]).count == 1)
        #expect(try Subject(bytes: [0xFF]) != Subject(bytes: [0xFE]))
    }

    @Test func `bytes that are not UTF-8 are accepted`() throws {
        let subject = try Subject(bytes: [0x61, 0xFF])
        #expect(subject.description == "a\u{FFFD}")
        #expect(subject.withBytes { Array($0) } == [0x61, 0xFF])
    }

    @Test func `a subject and its reply or queue group must fit in the control line`() throws {
        let longest = try Subject(String(repeating: "s", count: Subject.maxLength))
        #expect(
            code { () throws(WireError) in _ = try Subject(String(repeating: "s", count: Subject.maxLength + 1)) }
                == .controlLineTooLong
        )
        #expect(code { () throws(WireError) in try longest.checkFit(with: Subject("r")) } == .controlLineTooLong)
        let shorter = try Subject(String(repeating: "s", count: Subject.maxLength - 10))
        #expect(code { () throws(WireError) in try shorter.checkFit(with: Subject("123456789")) } == nil)
        #expect(code { () throws(WireError) in try shorter.checkFit(with: Subject("1234567890")) } == .controlLineTooLong)
        #expect(code { () throws(WireError) in try shorter.checkFit(with: QueueGroup("123456789")) } == nil)
        #expect(code { () throws(WireError) in try shorter.checkFit(with: QueueGroup("1234567890")) } == .controlLineTooLong)
    }

    @Test func `names of queue groups are validated`() throws {
        #expect(try QueueGroup("workers.*").description == "workers.*")
        for name in ["", "a b", "a\r\nb", "a\tb", "\u{7F}"] {
            #expect(code { () throws(WireError) in _ = try QueueGroup(name) } == .invalidQueueGroup)
        }
        let long = String(repeating: "q", count: Subject.maxLength)
        #expect(code { () throws(WireError) in _ = try QueueGroup(long) } == .controlLineTooLong)
    }

    @Test(arguments: [
        ("foo", "foo", true),
        ("foo", "fo", false),
        ("foo", "fooo", false),
        ("foo", "foo.bar", false),
        ("foo.bar", "foo", false),
        ("*", "foo", true),
        ("*", "foo.bar", false),
        ("*.*", "foo.bar", true),
        ("foo.*", "foo", false),
        ("foo.*", "foo.bar", true),
        ("foo.*", "foo.bar.baz", false),
        ("foo.*.baz", "foo.bar.baz", true),
        ("foo.*.baz", "foo.bar.bax", false),
        ("*.bar", "foo.bar", true),
        ("*.bar", "foo.barr", false),
        (">", "foo", true),
        (">", "foo.bar.baz", true),
        ("foo.>", "foo", false),
        ("foo.>", "foo.bar", true),
        ("foo.>", "foo.bar.baz", true),
        ("foo.>", "food.bar", false),
        ("foo.*.>", "foo.bar", false),
        ("foo.*.>", "foo.bar.baz.qux", true),
    ])
    func `patterns match subjects as on the server`(pattern: String, subject: String, expected: Bool) throws {
        #expect(try Subject.pattern(pattern).matches(Subject(subject)) == expected)
    }

    @Test(arguments: ["", ".", "foo.", "foo..bar", "..", "foo"])
    func `wildcards do not match empty tokens`(subject: String) throws {
        let pattern = try Subject.pattern("foo.*")
        let rest = try Subject.pattern("foo.>")
        var text = subject
        text.withUTF8 {
            #expect(!pattern.matches(UnsafeRawBufferPointer($0)))
            #expect(!rest.matches(UnsafeRawBufferPointer($0)))
        }
    }
}
