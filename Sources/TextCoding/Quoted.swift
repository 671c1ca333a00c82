/// Returns a value in quotes for one line of an error: escapes control characters and truncates long text.
///
/// Redacts text that looks like a URL with a login, because a user may have put it under the wrong key.
package func quoted(_ text: String) -> String {
    if UserInfo.isPossible(in: text) { return "\"\(UserInfo.replacement)\"" }
    var result = "\""
    for scalar in text.unicodeScalars.prefix(64) {
        if scalar.isInvisible {
            result += "<U+" + hexadecimal(scalar.value, digits: 4) + ">"
        } else {
            result.unicodeScalars.append(scalar)
        }
    }
    return result + (text.unicodeScalars.count > 64 ? "…\"" : "\"")
}
