// Powers and roots are implemented here, because the standard library has none and this target does not use Foundation.

/// A color in Oklab, the perceptual space of Björn Ottosson (https://bottosson.github.io/posts/oklab/, 2020).
struct Oklab {
    let lightness: Double
    let a: Double
    let b: Double

    init(_ color: RGB) {
        let (red, green, blue) = color.linear
        let long = cubeRoot(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
        let medium = cubeRoot(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
        let short = cubeRoot(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
        lightness = 0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short
        a = 1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short
        b = 0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short
    }

    func squaredDistance(to other: Oklab) -> Double {
        let (l, a, b) = (lightness - other.lightness, a - other.a, b - other.b)
        return l * l + a * a + b * b
    }

    /// The 256 colors of the xterm palette.
    static let palette: [Oklab] = (0..<256).map { Oklab(Color.paletteComponents($0)) }
}

/// The sRGB transfer curve (IEC 61966-2-1) for each of the 256 values of a component.
enum LinearLight {
    static let table: [Double] = (0..<256).map { value in
        let encoded = Double(value) / 255
        guard encoded > 0.04045 else { return encoded / 12.92 }
        // x^2.4 is x² times the fifth root of x².
        let base = (encoded + 0.055) / 1.055
        return base * base * root(of: base * base, degree: 5)
    }
}

private func cubeRoot(_ value: Double) -> Double {
    root(of: value, degree: 3)
}

/// Computes the root of a number in 0...1 by Newton's method. Starting at 1, the estimates decrease towards the root.
private func root(of value: Double, degree: Int) -> Double {
    guard value > 0 else { return 0 }
    var estimate = 1.0
    for _ in 0..<100 {
        var power = 1.0
        for _ in 1..<degree { power *= estimate }
        let next = (Double(degree - 1) * estimate + value / power) / Double(degree)
        if next >= estimate { return estimate }
        estimate = next
    }
    return estimate
}
