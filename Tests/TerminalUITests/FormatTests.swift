import Testing

@testable import TerminalUI

@Suite("Figures")
struct FormatTests {
    @Test(
        arguments: [
            (0, "0"), (7, "7"), (950, "950"), (999.4, "999"), (999.6, "1.0k"), (1200, "1.2k"), (12_400, "12.4k"),
            (310_000, "310k"), (999_950, "1.0M"), (4_100_000, "4.1M"), (-1, "–"), (.nan, "–"), (.infinity, "–"),
            (1e19, "10000P"),
        ] as [(Double, String)]
    )
    func `counts are shortened with a unit`(value: Double, expected: String) {
        #expect(SafeText.count(value).plain == expected)
    }

    @Test
    func `a list keeps whole texts, the first ones first, and a count has its noun`() {
        let texts: [SafeText] = ["12 topics", "a long text that does not fit", "in 3/s"]
        #expect(SafeText.list(texts, separator: ", ", columns: 20).plain == "12 topics, in 3/s")
        #expect(SafeText.list(texts, separator: ", ", columns: 6).width <= 6)
        #expect(SafeText.list([], separator: ", ", columns: 6).isEmpty)
        #expect(SafeText.counted(1, "message").plain == "1 message")
        #expect(SafeText.counted(0, "reply", plural: "replies").plain == "0 replies")
    }

    @Test(
        arguments: [(0, "0/s"), (0.04, "0.0/s"), (3.2, "3.2/s"), (12.6, "13/s"), (12_400, "12.4k/s")] as [(Double, String)]
    )
    func `rates are shortened with a unit`(value: Double, expected: String) {
        #expect(SafeText.rate(value).plain == expected)
    }

    @Test(arguments: [(0, "0 B"), (812, "812 B"), (1_600_000, "1.6 MB"), (999_999, "1.0 MB")] as [(Int, String)])
    func `numbers of bytes have decimal units`(value: Int, expected: String) {
        #expect(SafeText.bytes(value).plain == expected)
        #expect(SafeText.byteRate(Double(value)).plain == expected + "/s")
    }

    @Test(
        arguments: [
            (.zero, "0 ms"), (.nanoseconds(210_000), "0.21 ms"), (.microseconds(1100), "1.1 ms"), (.milliseconds(10), "10 ms"),
            (.milliseconds(250), "250 ms"), (.microseconds(999_700), "1.0 s"), (.milliseconds(1400), "1.4 s"),
            (.seconds(12), "12 s"), (.milliseconds(59_600), "1m 0s"), (.seconds(200), "3m 20s"), (.seconds(7860), "2h 11m"),
            (.seconds(356_400), "4d 3h"), (.seconds(-1), "–"),
        ] as [(Duration, String)]
    )
    func `durations have at most two units`(value: Duration, expected: String) {
        #expect(SafeText.duration(value).plain == expected)
    }

    @Test(
        arguments: [(0, "0 %"), (0.001, "<1 %"), (0.333, "33 %"), (1, "100 %"), (-0.1, "–")] as [(Double, String)]
    )
    func `percentages are whole, and a positive one is never 0`(value: Double, expected: String) {
        #expect(SafeText.percent(value).plain == expected)
    }

    @Test(
        arguments: [
            (0, "0"), (0.05, "0.050"), (0.5, "0.5"), (10_000, "10k"), (2500, "2.5k"), (20, "20"), (5, "5"),
        ] as [(Double, String)]
    )
    func `labels of a scale are short`(value: Double, expected: String) {
        #expect(SafeText.scaleLabel(value).plain == expected)
    }

    @Test
    func `a time of day has two digits for each part`() {
        #expect(SafeText.clock(epochSeconds: 1_700_000_000).plain == "22:13:20")
        #expect(SafeText.clock(epochSeconds: 1_700_000_000, offset: 7200).plain == "00:13:20")
        #expect(SafeText.clock(epochSeconds: -1).plain == "23:59:59")
        #expect(SafeText.clock(epochSeconds: .max, offset: .max).width == 8)
        #expect(SafeText.clock(epochSeconds: .min, offset: .min).width == 8)
    }
}
