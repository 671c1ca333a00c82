import TextCoding

/// Writes text as TOML.
enum TOMLLiteral {
    /// Returns a basic string, or with `bare` the text itself where TOML allows it. The login of a URL is redacted.
    static func string(_ text: String, bare: Bool = false) -> String {
        if bare, !text.isEmpty, text.utf8.allSatisfy(TOMLLocator.isBareKeyByte) { return text }
        var result = "\""
        for scalar in UserInfo.redacted(value: text).unicodeScalars {
            switch scalar {
            case "\"", "\\":
                result += "\\\(scalar)"
            case _ where scalar.isInvisible:
                result += "\\U" + hexadecimal(scalar.value, digits: 8)
            default:
                result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
