/// Returns `value` in base 16, padded with zeros to at least `digits` digits.
func hexadecimal(_ value: UInt32, digits: Int, uppercase: Bool = true) -> String {
    let text = String(value, radix: 16, uppercase: uppercase)
    return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
}
