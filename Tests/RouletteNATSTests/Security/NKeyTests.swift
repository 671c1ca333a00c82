import Crypto
import Testing
import TextCoding

@testable import RouletteNATS

@Suite("NKEYs")
struct NKeyTests {
    /// The example of the NATS documentation.
    private let seed: Secret = "SUACSSL3UAHUDXKFSNVUZRF5UHPMWZ6BFDTJ7M6USDXIEDNPPQYYYCU3VY"
    private let publicKey = "UDXU4RCSJNZOIQHZNWXHXORDPRTGNJAHAHFRGZNEEJCPQTT2M7NLCNF4"

    @Test
    func `a documented seed results in the documented public key and is encoded unchanged`() throws {
        let key = try NKey(seed: seed)
        #expect(key.publicKey == publicKey)
        #expect(key.seed == seed)
    }

    @Test
    func `a signature is valid for the public key, in URL-safe base64 without padding`() throws {
        let nonce = Array("a nonce of the server".utf8)
        let text = try NKey(seed: seed).sign(nonce)
        #expect(text.utf8.count == 86)
        #expect(text.utf8.allSatisfy { $0 != UInt8(ascii: "=") && $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "/") })
        let signature = try #require(Self.decodeBase64URL(text))
        var bytes = [UInt8](repeating: 0, count: 35)
        #expect(bytes.withUnsafeMutableBytes { Base32.decode(publicKey, into: $0) })
        let key = try Curve25519.Signing.PublicKey(rawRepresentation: bytes[1..<33])
        #expect(key.isValidSignature(signature, for: nonce))
        #expect(!key.isValidSignature(signature, for: nonce + [0]))
    }

    @Test(arguments: NKey.Role.allCases)
    func `new keys of every role begin with the letter of the role`(role: NKey.Role) throws {
        let key = NKey(role: role)
        let letter: String =
            switch role {
            case .operator: "O"
            case .account: "A"
            case .user: "U"
            case .server: "N"
            case .cluster: "C"
            }
        #expect(key.publicKey.hasPrefix(letter))
        #expect(key.seed.value.hasPrefix("S" + letter))
        #expect(try NKey(seed: key.seed, role: role).publicKey == key.publicKey)
    }

    @Test
    func `every kind of wrong seed has its own error, which shows nothing of the seed`() throws {
        let right = seed.value
        let account = NKey(role: .account).seed.value
        let cases: [(String, NKeyError)] = [
            ("", .length(0)),
            (String(right.dropLast()), .length(57)),
            (right + "A", .length(59)),
            (publicKey, .length(56)),
            (right.lowercased(), .characters),
            (right.replacing("L3", with: "L1"), .characters),
            // The last character has two significant bits; the others must be zero.
            (String(right.dropLast()) + "Z", .characters),
            (right.replacing("UXKF", with: "UKXF").replacing("DXKF", with: "DKXF"), .checksum),
            (Self.wellFormed([0xA0, 0] + [UInt8](repeating: 7, count: 32)), .notASeed),
            (Self.wellFormed([0x97, 0xF8] + [UInt8](repeating: 7, count: 32)), .notASeed),
            (account, .role(.account, expected: .user)),
        ]
        for (text, expected) in cases {
            #expect(throws: expected) { try NKey(seed: Secret(text)).role }
            var options = ConnectOptions()
            do {
                try NATSClientConfiguration.Credentials.nkey(seed: Secret(text)).sign(&options, nonce: "n")
                Issue.record("no error for \(expected)")
            } catch {
                #expect(error.code == .credentials)
                for shown in ["\(error)", "\(expected)", "\(String(reflecting: error))"] where text.count > 8 {
                    #expect(!shown.contains(text.prefix(8)))
                }
            }
        }
    }

    @Test
    func `without a nonce, signing fails with an error that says so`() {
        for credentials in [NATSClientConfiguration.Credentials.nkey(seed: seed), .jwt("eyJ.e.e", seed: seed)] {
            for nonce in [nil, ""] as [String?] {
                var options = ConnectOptions()
                let error = #expect(throws: NATSError.self) { try credentials.sign(&options, nonce: nonce) }
                #expect(error?.code == .authorization)
                #expect(error?.message.contains("sent no nonce") == true)
                #expect(options == ConnectOptions())
            }
        }
    }

    @Test
    func `CONNECT carries key and signature of an NKEY, and JWT and signature of a JWT`() throws {
        var options = ConnectOptions()
        try NATSClientConfiguration.Credentials.nkey(seed: seed).sign(&options, nonce: "n")
        #expect(options.nkey == publicKey)
        #expect(options.sig?.isEmpty == false)
        #expect(options.jwt == nil)
        options = ConnectOptions()
        try NATSClientConfiguration.Credentials.jwt("eyJ.e.e", seed: seed).sign(&options, nonce: "n")
        #expect(options.nkey == nil)
        #expect(options.sig?.isEmpty == false)
        #expect(options.jwt == "eyJ.e.e")
    }

    @Test
    func `the checksum is CRC-16/XMODEM`() {
        #expect(CRC16.checksum("123456789".utf8) == 0x31C3)
    }

    private static func wellFormed(_ bytes: [UInt8]) -> String {
        let checksum = CRC16.checksum(bytes)
        return Base32.encode(bytes + [UInt8(truncatingIfNeeded: checksum), UInt8(truncatingIfNeeded: checksum >> 8)])
    }

    /// Implemented independently of the encoder under test.
    private static func decodeBase64URL(_ text: String) -> [UInt8]? {
        let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
        var bits = ""
        for character in text {
            guard let index = alphabet.firstIndex(of: character) else { return nil }
            let digits = String(alphabet.distance(from: alphabet.startIndex, to: index), radix: 2)
            bits += String(repeating: "0", count: 6 - digits.count) + digits
        }
        return stride(from: 0, to: bits.count / 8 * 8, by: 8).compactMap { UInt8(bits.dropFirst($0).prefix(8), radix: 2) }
    }
}
