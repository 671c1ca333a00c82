import NATSWire
import NIOCore
import TextCoding

/// What a user's JWT says of itself (nats-io/jwt).
///
/// Its signature is not verified, which only the server can do. The claims explain a refusal, and tell a JWT that needs a
/// signature from one that does not; they decide nothing else.
package struct JWTClaims: Sendable, Hashable {
    /// When it ends, in seconds since 1970; nil for never.
    package private(set) var expiry: Int64?
    /// When it begins, in seconds since 1970.
    package private(set) var start: Int64?
    /// Whether its holder need not sign the server's nonce.
    package private(set) var isBearer = false

    /// Reads the claims of a JWT; nil when it is none.
    package init?(_ jwt: Secret) {
        let parts = jwt.value.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let claims = Base64URL.decode(parts[1]) else { return nil }
        do throws(WireError) {
            try read(claims)
        } catch {
            return nil
        }
    }

    private mutating func read(_ json: [UInt8]) throws(WireError) {
        try ByteBuffer(bytes: json).withUnsafeReadableBytes { (bytes) throws(WireError) in
            var reader = JSONReader(bytes)
            try reader.readObject { (reader, key) throws(WireError) in
                guard !reader.readNull() else { return }
                switch key {
                case "exp": expiry = try reader.readInteger()
                case "nbf": start = try reader.readInteger()
                case "nats": try readNATS(&reader)
                default: try reader.skipValue()
                }
            }
        }
        // 0 says the same as nothing.
        if expiry == 0 { expiry = nil }
        if start == 0 { start = nil }
    }

    private mutating func readNATS(_ reader: inout JSONReader) throws(WireError) {
        try reader.readObject { (reader, key) throws(WireError) in
            guard key == "bearer_token" else { return try reader.skipValue() }
            isBearer = try reader.readBool()
        }
    }

    /// Why a server refuses it at a moment, as far as its times say; nil when they are in order.
    ///
    /// - Parameter now: Seconds since 1970.
    func complaint(at now: Int64) -> String? {
        if let expiry, expiry <= now {
            "the credentials expired on \(CalendarTime.text(expiry)), as their JWT says; get new ones"
        } else if let start, start > now {
            "the credentials are not valid before \(CalendarTime.text(start)), as their JWT says; "
                + "use them later, or set the clock of this machine if it is wrong"
        } else {
            nil
        }
    }
}
