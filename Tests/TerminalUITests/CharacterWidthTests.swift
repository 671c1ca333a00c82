import Testing

@testable import TerminalUI

@Suite("Character width")
struct CharacterWidthTests {
    @Test(
        arguments: [
            ("a", 1), ("é", 1), ("ß", 1), ("Ж", 1), ("א", 1), ("─", 1), ("█", 1), ("⣿", 1), ("●", 1), ("…", 1), ("❤", 1),
            ("日", 2), ("ひ", 2), ("한", 2), ("Ａ", 2), ("　", 2), ("ｱ", 1), ("👍", 2), ("⌚", 2), ("🫩", 2), ("𠀀", 2),
            ("\u{301}", 0), ("\u{20DD}", 0), ("\u{3099}", 0), ("\u{302A}", 0), ("\u{1161}", 0), ("\u{1100}", 2),
            ("\u{0903}", 1), ("\u{1F1E9}", 1), ("\u{303F}", 1), ("\u{1F3FB}", 2),
        ] as [(Unicode.Scalar, Int)]
    )
    func `a character has 0, 1 or 2 columns`(scalar: Unicode.Scalar, expected: Int) {
        #expect(CharacterWidth.columns(of: scalar) == expected)
    }

    @Test
    func `the table is sorted and without overlaps, as its binary search requires`() {
        let ranges = WideCharacterRanges.all
        #expect(ranges.allSatisfy { $0.first <= $0.last })
        #expect(zip(ranges, ranges.dropFirst()).allSatisfy { $0.last < $1.first })
    }

    @Test
    func `a Hangul syllable of three letters is one cell of two columns`() {
        let text = SafeText(untrusted: "\u{1112}\u{1161}\u{11AB}")
        #expect(text.width == 2)
        #expect(!text.hasEscapes)
    }
}
