/// Writes text as TOML.
enum TOMLLiteral {
    /// A basic string, or with `bare` the text itself where TOML allows that. The login of a URL is not written.
    static func string(_ text: String, bare: Bool = false) -> String {
        if bare, !text.isEmpty, text.utf8.allSatisfy(TOMLLocator.isBareKeyByte) { return text }
        var result = "\""
        for scalar in UserInfo.redacted(value: text).unicodeScalars {
            switch scalar {
            case "\"", "\\":
                result += "\\\(scalar)"
            default:
                switch scalar.properties.generalCategory {
                case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned:
                    let digits = String(scalar.value, radix: 16, uppercase: true)
                    result += "\\U" + String(repeating: "0", count: 8 - digits.count) + digits
                default:
                    result.unicodeScalars.append(scalar)
                }
            }
        }
        return result + "\""
    }
}
