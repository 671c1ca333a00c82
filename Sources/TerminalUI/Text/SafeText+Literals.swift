extension SafeText: ExpressibleByStringInterpolation {
    /// Creates a safe text from a literal. The literal's type is `StaticString`, so no value read at run time can be
    /// passed.
    public init(stringLiteral value: StaticString) {
        self = value.withUTF8Buffer { Sanitizer.singleLine($0) }
    }

    /// Creates a safe text from a literal with interpolated safe values.
    public init(stringInterpolation: StringInterpolation) {
        self = stringInterpolation.text
    }

    /// Collects the parts of an interpolated literal.
    public struct StringInterpolation: StringInterpolationProtocol {
        var text = SafeText.empty

        /// Creates an empty interpolation.
        public init(literalCapacity: Int, interpolationCount: Int) {}

        /// Adds a part of the literal itself.
        public mutating func appendLiteral(_ literal: StaticString) {
            text.append(SafeText(stringLiteral: literal))
        }

        /// Adds safe text.
        public mutating func appendInterpolation(_ value: SafeText) {
            text.append(value)
        }

        /// Adds a whole number.
        public mutating func appendInterpolation(_ value: some BinaryInteger) {
            text.append(SafeText(number: value))
        }

        /// Adds text from outside, escaped.
        public mutating func appendInterpolation(untrusted value: some StringProtocol) {
            text.append(SafeText(untrusted: value))
        }
    }

    /// Creates a text with the digits of a whole number.
    public init(number: some BinaryInteger) {
        let digits = String(number)
        self.init(plain: digits, width: digits.utf8.count, escapes: [])
    }

    /// Creates a text of `count` copies of `text`, for rulers and padding.
    public init(repeating text: SafeText, count: Int) {
        self = .empty
        for _ in 0..<max(0, count) { append(text) }
    }
}
