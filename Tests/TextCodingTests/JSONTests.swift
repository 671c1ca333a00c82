import Testing
import TextCoding

@Suite("JSON that is safe to print")
struct JSONTests {
    @Test func `objects keep the order of their keys`() {
        var object: JSONObject = ["z": .number(1), "a": .array([.null, .bool(true)])]
        object.append("m", .object(["k": .string("v")]))
        #expect(String(decoding: object.bytes, as: UTF8.self) == #"{"z":1,"a":[null,true],"m":{"k":"v"}}"#)
        #expect(object.line == object.bytes + [0x0A])
        #expect(JSONValue.object([:]).text == "{}")
    }

    @Test func `decimals are rounded to their digits, and null if they are not finite`() {
        #expect(JSONValue.decimal(2.0 / 3, digits: 4).text == "0.6667")
        #expect(JSONValue.decimal(-1.25, digits: 0).text == "-1")
        #expect(JSONValue.decimal(Double.greatestFiniteMagnitude, digits: 3).text.hasSuffix(".000"))
        #expect(JSONValue.decimal(.nan, digits: 2).text == "null")
        #expect(JSONValue.decimal(.infinity, digits: 2).text == "null")
    }

    @Test func `a count beyond Int is the largest Int`() {
        #expect(JSONValue.number(UInt64.max).text == "\(Int.max)")
        #expect(JSONValue.string(nil).text == "null")
    }

    @Test(
        arguments: [
            ("\"\\", #""\"\\""#), ("\n\r\t", #""\n\r\t""#), ("\u{1B}[31m", #""\u001b[31m""#),
            ("\u{7F}\u{85}", #""\u007f\u0085""#),
            ("\u{202E}\u{200B}\u{FEFF}", #""\u202e\u200b\ufeff""#), ("\u{E0041}", #""\udb40\udc41""#), ("\u{E000}", #""\ue000""#),
            ("é🙂日", #""é🙂日""#),
        ]
    )
    func `invisible characters are escaped, visible ones are not`(text: String, json: String) {
        #expect(JSONValue.string(text).text == json)
    }

    @Test func `bytes that are not UTF-8 are base64 under another key`() {
        var object: JSONObject = [:]
        object.append("body", textOrBase64: Array("é".utf8))
        object.append("body", textOrBase64: [0xFF])
        #expect(String(decoding: object.bytes, as: UTF8.self) == #"{"body":"é","body_base64":"/w=="}"#)
    }
}
