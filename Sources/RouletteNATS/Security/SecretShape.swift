/// Distinguishes keys and JWTs from file paths, so that a secret given in place of a path does not appear in an error.
package enum SecretShape {
    /// Returns whether a text is a key or a JWT, possibly prefixed with the directory that a relative path was resolved against.
    package static func isSecret(_ text: String) -> Bool {
        guard let name = text.split(separator: "/").last else { return false }
        return isSeed(name) || isJWT(name) || text.contains("-----BEGIN ")
    }

    /// Returns whether the text is the seed of an NKEY, or most of one.
    private static func isSeed(_ text: Substring) -> Bool {
        guard text.hasPrefix("S"), (50...64).contains(text.utf8.count) else { return false }
        return text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "2")...UInt8(ascii: "7"): true
            default: false
            }
        }
    }

    /// Returns whether the text has three parts, the first of which is a JSON object in base64.
    private static func isJWT(_ text: Substring) -> Bool {
        text.hasPrefix("eyJ") && text.utf8.count { $0 == UInt8(ascii: ".") } == 2
    }
}
