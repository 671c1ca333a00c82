extension Unicode.Scalar {
    /// Whether the scalar has no visible form of its own, or changes the terminal or the text around it: controls, format
    /// characters (bidirectional, zero-width, tags), separators of lines and paragraphs, private and unassigned scalars.
    package var isInvisible: Bool {
        switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate, .unassigned: true
        default: false
        }
    }
}
