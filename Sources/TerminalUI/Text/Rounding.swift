// `Double.rounded()` calls the C math library on processors without an instruction for it, and this target does not link
// that library.

/// Returns the whole number nearest to `value`, with halves rounded up.
///
/// Exact for 0 up to 2^52. Returns 0 for NaN and negative values, and `Int.max` for values beyond it.
func nearestInteger(_ value: Double) -> Int {
    guard value > 0 else { return 0 }
    guard value < 0x1p63 else { return .max }
    // Adding one half to such a large number would round it to another number.
    return value < 0x1p52 ? Int(value + 0.5) : Int(value)
}
