import NATSWire
import Testing

@Suite("Headers as a literal")
struct HeaderLiteralTests {
    @Test
    func `a literal keeps order and repeated names`() throws {
        let headers: Headers = ["Trace-Id": "1", "Tag": "a", "Tag": "b"]
        #expect(headers == (try Headers([("Trace-Id", "1"), ("Tag", "a"), ("Tag", "b")])))
        #expect(headers.problem == nil)
    }

    @Test
    func `a field that cannot be sent is not a crash; it is remembered`() {
        let headers: Headers = ["Good": "1", "Bad Name": "2", "Worse": "line\r\nend"]
        #expect(headers.count == 1)
        #expect(headers.problem?.contains("Bad Name") == true)
    }
}
