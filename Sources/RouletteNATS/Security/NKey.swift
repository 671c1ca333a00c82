import Crypto
import TextCoding

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// An Ed25519 key pair in the encoding of NATS (nats-io/nkeys): base32 of the role, the key and a CRC-16.
///
/// A seed is decoded only when it is needed, and the decoded bytes are wiped afterwards, so that the key is in memory only while
/// it signs.
package struct NKey: Sendable {
    /// The owner of the key. The raw value determines the first letter of the public key.
    package enum Role: UInt8, Sendable, CaseIterable {
        /// The operator of a deployment, `O`.
        case `operator` = 0x70
        /// An account, `A`.
        case account = 0x00
        /// A user, `U`.
        case user = 0xA0
        /// A server, `N`.
        case server = 0x68
        /// A cluster, `C`.
        case cluster = 0x10
    }

    package let role: Role
    private let key: Curve25519.Signing.PrivateKey

    /// Makes a new key pair.
    package init(role: Role) {
        self.role = role
        self.key = Curve25519.Signing.PrivateKey()
    }

    /// Decodes a seed, such as `SUAC…`, of a key with the expected role.
    package init(seed: Secret, role expected: Role = .user) throws(NKeyError) {
        let text = seed.value
        guard text.utf8.count == Layout.seedCharacters else { throw .length(text.utf8.count) }
        let decoded: Result<NKey, NKeyError> = withUnsafeTemporaryAllocation(byteCount: Layout.seedBytes, alignment: 1) { bytes in
            defer { Self.wipe(bytes) }
            return Result { () throws(NKeyError) in
                guard Base32.decode(text, into: bytes) else { throw .characters }
                return try NKey(decodedSeed: UnsafeRawBufferPointer(bytes), role: expected)
            }
        }
        self = try decoded.get()
    }

    private init(decodedSeed bytes: UnsafeRawBufferPointer, role expected: Role) throws(NKeyError) {
        let checked = bytes.dropLast(2)
        let checksum = UInt16(bytes[Layout.seedBytes - 2]) | UInt16(bytes[Layout.seedBytes - 1]) << 8
        guard CRC16.checksum(checked) == checksum else { throw .checksum }
        guard bytes[0] & 0xF8 == Layout.seedPrefix else { throw .notASeed }
        // The role spans the first two bytes, so its letter is the second one in the text.
        guard let role = Role(rawValue: bytes[0] << 5 | bytes[1] >> 3) else { throw .notASeed }
        guard role == expected else { throw .role(role, expected: expected) }
        do {
            key = try Curve25519.Signing.PrivateKey(rawRepresentation: checked.dropFirst(2))
        } catch {
            throw .notASeed
        }
        self.role = role
    }

    /// The public key, such as `UDXU…`: 56 characters.
    package var publicKey: String {
        Self.write([role.rawValue] + key.publicKey.rawRepresentation)
    }

    /// The seed, such as `SUAC…`: 58 characters.
    package var seed: Secret {
        let prefix = [Layout.seedPrefix | role.rawValue >> 5, role.rawValue << 3]
        return Secret(Self.write(prefix + key.rawRepresentation))
    }

    /// Signs bytes and returns the signature, 64 bytes, in URL-safe base64 without padding.
    package func sign(_ bytes: [UInt8]) throws(NKeyError) -> String {
        do {
            return Base64URL.encode(try key.signature(for: bytes))
        } catch {
            throw .signing
        }
    }

    private static func write(_ bytes: [UInt8]) -> String {
        let checksum = CRC16.checksum(bytes)
        return Base32.encode(bytes + [UInt8(truncatingIfNeeded: checksum), UInt8(truncatingIfNeeded: checksum >> 8)])
    }

    private enum Layout {
        /// The bits that make the first letter of every seed an `S`.
        static let seedPrefix: UInt8 = 0x90
        /// Role, 32 bytes of key, checksum.
        static let seedBytes = 2 + 32 + 2
        static let seedCharacters = (seedBytes * 8 + 4) / 5
    }

    /// Overwrites memory in a way that the compiler cannot optimize away.
    private static func wipe(_ bytes: UnsafeMutableRawBufferPointer) {
        guard let start = bytes.baseAddress else { return }
        #if canImport(Darwin)
        memset_s(start, bytes.count, 0, bytes.count)
        #else
        explicit_bzero(start, bytes.count)
        #endif
    }
}

/// Why a seed cannot be used. The messages never contain any part of the seed.
package enum NKeyError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The length is wrong. The value is the number of bytes.
    case length(Int)
    /// It contains invalid characters.
    case characters
    /// A character is wrong, or two are swapped.
    case checksum
    /// It is well-formed, but it is a public key or another kind of key.
    case notASeed
    /// It is the seed of another role.
    case role(NKey.Role, expected: NKey.Role)
    /// The cryptographic library failed.
    case signing

    package var description: String {
        switch self {
        case .length(0): "the seed is empty"
        case .length(56): "the seed has 56 characters, like a public key; a seed has 58 and a user's begins with SU"
        case .length(let count): "the seed has \(count) characters; a seed has 58 and a user's begins with SU"
        case .characters: "the seed has characters other than A to Z and 2 to 7; was it changed when it was copied?"
        case .checksum: "the checksum of the seed is wrong; was it changed when it was copied?"
        case .notASeed: "it is not a seed; a user's seed begins with SU"
        case .role(let role, let expected): "it is the seed of \(role.article), use that of \(expected.article)"
        case .signing: "the seed cannot be used to sign"
        }
    }
}

extension NKey.Role {
    fileprivate var article: String {
        switch self {
        case .operator: "an operator (SO)"
        case .account: "an account (SA)"
        case .user: "a user (SU)"
        case .server: "a server (SN)"
        case .cluster: "a cluster (SC)"
        }
    }
}
