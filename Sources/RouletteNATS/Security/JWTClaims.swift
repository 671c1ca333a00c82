import NATSWire
import NIOCore
import TextCoding

/// The claims of a user's JWT (nats-io/jwt).
///
/// The signature is not verified; only the server can do that. The claims are used to explain a rejected login, and to
/// distinguish JWTs that need a signature from those that do not.
package struct JWTClaims: Sendable, Hashable {
    /// When the JWT expires, in seconds since 1970. Nil means never.
    package private(set) var expiry: Int64?
    /// When the JWT becomes valid, in seconds since 1970.
    package private(set) var start: Int64?
    /// Whether the JWT is a bearer token, which needs no signature of the server's nonce.
    package private(set) var isBearer = false

    /// Reads the claims of a JWT. Returns nil if the text is not a JWT.
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
        // 0 means that the claim is absent.
        if expiry == 0 { expiry = nil }
        if start == 0 { start = nil }
    }

    private mutating func readNATS(_ reader: inout JSONReader) throws(WireError) {
        try reader.readObject { (reader, key) throws(WireError) in
            guard key == "bearer_token" else { return try reader.skipValue() }
            isBearer = try reader.readBool()
        }
    }

    /// Returns why the JWT is not valid at a moment, or nil if it is within its validity period.
    ///
    /// - Parameter now: Seconds since 1970.
    func complaint(at now: Int64) -> String? {
        if let expiry, expiry <= now {
            "the credentials expired on \(CalendarTime.text(expiry)) according to their JWT; get new ones"
        } else if let start, start > now {
            "the credentials are not valid before \(CalendarTime.text(start)) according to their JWT; "
                + "use them later, or correct the clock of this machine if it is wrong"
        } else {
            nil
        }
    }
}
