extension SafeText: ExpressibleByStringInterpolation {
    /// The program's own words. Only a literal gets in here: the literal's type is `StaticString`, which nothing read
    /// at run time can become.
    public init(stringLiteral value: StaticString) {
        self = value.withUTF8Buffer { Sanitizer.singleLine($0) }
    }

    /// The program's own words around safe values.
    public init(stringInterpolation: StringInterpolation) {
        self = stringInterpolation.text
    }

    /// Collects the parts of an interpolated literal.
    public struct StringInterpolation: StringInterpolationProtocol {
        var text = SafeText.empty

        /// An interpolation with nothing in it yet.
        public init(literalCapacity: Int, interpolationCount: Int) {}

        /// Adds words of the literal itself.
        public mutating func appendLiteral(_ literal: StaticString) {
            text.append(SafeText(stringLiteral: literal))
        }

        /// Adds text that is safe already.
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

    /// A whole number in digits.
    public init(number: some BinaryInteger) {
        let digits = String(number)
        self.init(plain: digits, width: digits.utf8.count, escapes: [])
    }

    /// `count` copies of `text`, for rulers and padding.
    public init(repeating text: SafeText, count: Int) {
        self = .empty
        for _ in 0..<max(0, count) { append(text) }
    }
}
