extension Subject {
    /// Returns whether a message to `subject` reaches a subscription to this subject or pattern.
    public func matches(_ subject: Subject) -> Bool {
        subject.withBytes { self.matches($0) }
    }

    /// Returns whether a message to the subject with these bytes reaches a subscription to this subject or pattern.
    ///
    /// The bytes need not be valid: a server may have accepted others. Empty tokens match only empty tokens.
    public func matches(_ subject: UnsafeRawBufferPointer) -> Bool {
        bytes.withUnsafeBytes { pattern in
            var position = 0
            var index = 0
            while index < pattern.count {
                if pattern[index] == .star, isWildcard {
                    let start = position
                    while position < subject.count, subject[position] != .dot { position += 1 }
                    guard position > start else { return false }
                } else if pattern[index] == .greaterThan, isWildcard {
                    return position < subject.count && subject[position] != .dot
                } else {
                    guard position < subject.count, subject[position] == pattern[index] else { return false }
                    position += 1
                }
                index += 1
            }
            return position == subject.count
        }
    }
}
