import NATSWire
import Testing

@testable import RouletteNATS

@Suite("Refused messages that a flush reports")
struct RefusalsTests {
    private func denial(_ subject: String) -> ServerError {
        ServerError(text: "Permissions Violation for Publish to \"\(subject)\"")
    }

    private func record(_ subject: String, in refusals: inout Refusals) {
        refusals.record(denial(subject), subject: Array(subject.utf8), violation: nil)
    }

    private func flush(_ refusals: inout Refusals, of subject: Subject? = nil) -> NATSError? {
        let start = refusals.beginFlush()
        return refusals.endFlush(start, of: subject)
    }

    @Test
    func `one flush reports a refusal with subject and number, and the next reports nothing`() throws {
        var refusals = Refusals()
        for _ in 0..<3 { record("nope", in: &refusals) }
        let error = try #require(flush(&refusals))
        #expect(error.code == .permission)
        #expect(error.message.contains("refused 3 messages") && error.message.contains("\"nope\""))
        #expect(flush(&refusals) == nil)
        #expect(refusals.total == 3 && !refusals.hasUnreported)
    }

    @Test
    func `a refusal is reported for other topics only if its subject is unknown`() {
        var refusals = Refusals()
        record("nope", in: &refusals)
        #expect(flush(&refusals, of: "fine") == nil)
        #expect(refusals.hasUnreported)
        #expect(flush(&refusals, of: "nope")?.code == .permission)
        #expect(!refusals.hasUnreported)
        refusals.record(ServerError(text: "Invalid Publish Subject"), subject: nil, violation: nil)
        let unnamed = flush(&refusals, of: "fine")
        #expect(unnamed?.code == .serverError)
        #expect(unnamed?.message.contains("Invalid Publish Subject") == true)
    }

    @Test
    func `two flushes at the same time both report a refusal, whichever ends first`() {
        var refusals = Refusals()
        let (one, two) = (refusals.beginFlush(), refusals.beginFlush())
        record("nope", in: &refusals)
        #expect(refusals.endFlush(two, of: nil) != nil)
        let late = refusals.beginFlush()
        #expect(refusals.endFlush(one, of: nil) != nil)
        #expect(refusals.endFlush(late, of: nil) == nil, "it began after the refusal was reported")
        #expect(!refusals.hasUnreported)
    }

    @Test
    func `an abandoned flush reports nothing and leaves the refusal for the next one`() {
        var refusals = Refusals()
        _ = refusals.beginFlush()
        record("nope", in: &refusals)
        refusals.abandonFlush()
        #expect(flush(&refusals) != nil)
    }

    @Test
    func `the number of stored subjects is bounded, and refusals beyond it may concern any topic`() throws {
        var refusals = Refusals()
        for number in 0..<100_000 { record("nope.\(number)", in: &refusals) }
        #expect(refusals.total == 100_000)
        #expect(refusals.stored == Refusals.capacity + 1)
        #expect(flush(&refusals, of: "fine") != nil)
        let rest = try #require(flush(&refusals))
        #expect(rest.message.contains("refused \(Refusals.capacity) messages"))
        #expect(flush(&refusals) == nil && refusals.stored == 0)
    }

    @Test
    func `the number of stored subjects is bounded while a flush never ends`() {
        var refusals = Refusals()
        let stuck = refusals.beginFlush()
        for number in 0..<10_000 {
            record("nope.\(number)", in: &refusals)
            _ = flush(&refusals)
        }
        #expect(refusals.stored <= 2 * (Refusals.capacity + 1))
        #expect(refusals.endFlush(stuck, of: nil) != nil)
        #expect(refusals.stored == 0)
    }

    @Test
    func `unreported refusals are available for the report of a drain`() {
        var refusals = Refusals()
        #expect(refusals.unreported == nil)
        record("a", in: &refusals)
        record("b", in: &refusals)
        #expect(refusals.unreported?.count == 2)
        #expect(refusals.unreported?.text.contains("\"a\"") == true)
    }
}
