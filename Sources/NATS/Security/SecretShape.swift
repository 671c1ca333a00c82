/// Tells keys and JWTs from the paths of files that hold them, so that one put in the place of the other is not repeated in an
/// error.
package enum SecretShape {
    /// Whether a text is a key or a JWT itself, perhaps behind the directory that a relative path was resolved from.
    package static func isSecret(_ text: String) -> Bool {
        guard let name = text.split(separator: "/").last else { return false }
        return isSeed(name) || isJWT(name) || text.contains("-----BEGIN ")
    }

    /// The seed of an NKEY, or most of one.
    private static func isSeed(_ text: Substring) -> Bool {
        guard text.hasPrefix("S"), (50...64).contains(text.utf8.count) else { return false }
        return text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "2")...UInt8(ascii: "7"): true
            default: false
            }
        }
    }

    /// Three parts, the first of which is a JSON object in base64.
    private static func isJWT(_ text: Substring) -> Bool {
        text.hasPrefix("eyJ") && text.utf8.count { $0 == UInt8(ascii: ".") } == 2
    }
}
