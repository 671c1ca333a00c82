/// One character cell of a `CellBuffer`.
///
/// A cell has no references (two words and a style), so that frames are filled and compared like plain memory.
public struct Cell: Hashable, Sendable {
    // The base character and up to two marks in 21 bits each. 0 in the base marks the right half of a wide character.
    private let word: UInt64
    /// The number of columns of the character: 1 or 2, or 0 for the right half of a wide character.
    public let width: UInt8
    /// How the cell is drawn.
    public var style: Style

    init(_ base: Unicode.Scalar, width: Int, style: Style) {
        word = UInt64(base.value)
        self.width = UInt8(truncatingIfNeeded: width)
        self.style = style
    }

    private init(word: UInt64, width: UInt8, style: Style) {
        self.word = word
        self.width = width
        self.style = style
    }

    /// A space.
    public static let blank = Cell(" ", width: 1, style: .plain)

    static func continuation(style: Style) -> Cell {
        Cell(word: 0, width: 0, style: style)
    }

    /// True for the right half of a wide character.
    public var isContinuation: Bool { width == 0 }

    /// The character followed by its combining marks, at most two. Empty for the right half of a wide character.
    public var scalars: [Unicode.Scalar] {
        [base, firstMark, secondMark].compactMap { $0 }
    }

    /// The character itself; nil for the right half of a wide character.
    public var base: Unicode.Scalar? { scalar(at: 0) }
    /// The first combining mark on the character.
    public var firstMark: Unicode.Scalar? { scalar(at: 21) }
    /// The second combining mark on the character.
    public var secondMark: Unicode.Scalar? { scalar(at: 42) }

    private func scalar(at bit: UInt64) -> Unicode.Scalar? {
        let value = UInt32(truncatingIfNeeded: word >> bit) & 0x1F_FFFF
        return value == 0 ? nil : Unicode.Scalar(value)
    }

    /// Returns the cell with `mark` added to its character. Returns it unchanged if it already has two marks.
    func adding(mark: Unicode.Scalar) -> Cell {
        guard base != nil, secondMark == nil else { return self }
        let bit: UInt64 = firstMark == nil ? 21 : 42
        return Cell(word: word | UInt64(mark.value) << bit, width: width, style: style)
    }

    /// The text that the cell shows.
    public var text: String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        return String(view)
    }
}
