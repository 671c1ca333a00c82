import Testing
import TextCoding

@Suite("Base32, base64 and hexadecimal numbers")
struct EncodingTests {
    @Test(
        arguments: [
            ("", "", "", ""), ("f", "MY", "Zg", "Zg=="), ("fo", "MZXQ", "Zm8", "Zm8="), ("foo", "MZXW6", "Zm9v", "Zm9v"),
            ("foob", "MZXW6YQ", "Zm9vYg", "Zm9vYg=="), ("fooba", "MZXW6YTB", "Zm9vYmE", "Zm9vYmE="),
            ("foobar", "MZXW6YTBOI", "Zm9vYmFy", "Zm9vYmFy"),
        ]
    )
    func `encodes the vectors of RFC 4648`(plain: String, base32: String, base64URL: String, base64: String) {
        #expect(Base32.encode(plain.utf8) == base32)
        #expect(Base64URL.encode(plain.utf8) == base64URL)
        #expect(String(decoding: Base64.encode(plain.utf8), as: UTF8.self) == base64)
    }

    @Test func `the alphabets of the two kinds of base64 differ in two characters`() {
        #expect(String(decoding: Base64.encode([0xFB, 0xFF, 0xBF]), as: UTF8.self) == "+/+/")
        #expect(Base64URL.encode([0xFB, 0xFF, 0xBF]) == "-_-_")
        for value in UInt8(0)..<64 { #expect(Base64URL.value(Base64URL.digit(value)) == value) }
        #expect(Base64URL.value(UInt8(ascii: "+")) == nil)
    }

    @Test func `decodes base32 that fills the memory exactly and leaves no bits over`() {
        func decoded(_ text: String, count: Int) -> [UInt8]? {
            var bytes = [UInt8](repeating: 0, count: count)
            return bytes.withUnsafeMutableBytes { Base32.decode(text, into: $0) } ? bytes : nil
        }
        #expect(decoded("MZXW6YTBOI", count: 6) == Array("foobar".utf8))
        #expect(decoded("MZXW6YTBOI", count: 5) == nil)
        #expect(decoded("MZXW6YTBOI", count: 7) == nil)
        #expect(decoded("MZ", count: 1) == nil, "the unused bits of the last digit are not zero")
        #expect(decoded("mzxw6", count: 3) == nil)
        #expect(decoded("MZXW1", count: 3) == nil)
        #expect(decoded("AAA", count: 1) == nil, "a whole digit is left over")
    }

    @Test func `decodes URL-safe base64 with and without padding, and nothing else`() {
        for count in 0..<40 {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 83 &+ count) }
            #expect(Base64URL.decode(Base64URL.encode(bytes)[...]) == bytes)
        }
        #expect(Base64URL.decode("Zm9vYg") == Array("foob".utf8))
        #expect(Base64URL.decode("Zm9vYg==") == Array("foob".utf8))
        #expect(Base64URL.decode("") == [])
        for text in ["A", "A+AA", "A/AA", "AA A", "é"] { #expect(Base64URL.decode(text[...]) == nil, "\(text)") }
    }

    @Test func `hexadecimal numbers are filled with zeros and never cut`() {
        #expect(hexadecimal(UInt8(10), digits: 2) == "0A")
        #expect(hexadecimal(10, digits: 4, uppercase: false) == "000a")
        #expect(hexadecimal(0x1F642, digits: 4) == "1F642")
        #expect(hexadecimal(0, digits: 1) == "0")
    }
}
