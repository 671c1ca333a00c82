// `Double.rounded()` becomes a call of the C library's mathematics where the processor has no instruction for it, and
// nothing in this target links that.

/// The nearest whole number to `value`, halves upwards. Exact for 0 up to 2^52; NaN and what is below are 0, and what is
/// beyond `Int` its maximum.
func nearestInteger(_ value: Double) -> Int {
    guard value > 0 else { return 0 }
    guard value < 0x1p63 else { return .max }
    // Adding a half to a number that large would only round it to another one.
    return value < 0x1p52 ? Int(value + 0.5) : Int(value)
}
