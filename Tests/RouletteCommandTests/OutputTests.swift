import CommandSupport
import Foundation
import TerminalUI
import Testing
import TextCoding

@testable import RouletteCommand

@Suite("Lines of input")
struct LineSplitterTests {
    @Test func `bytes that arrive in pieces are split at line feeds and not changed`() throws {
        var splitter = LineSplitter(limit: 10)
        #expect(try splitter.append(Array("a\r\nb".utf8)) == [Array("a\r".utf8)])
        #expect(try splitter.append(Array("c\n\n".utf8)) == [Array("bc".utf8), []])
        #expect(try splitter.append([0xFF]) == [])
        #expect(splitter.finish() == [[0xFF]])
        #expect(splitter.finish() == [])
    }

    @Test func `a line without an end is refused at the limit`() throws {
        var splitter = LineSplitter(limit: 3)
        #expect(try splitter.append(Array("abc".utf8)) == [])
        #expect(throws: CommandError.self) { try splitter.append(Array("d".utf8)) }
    }
}

@Suite("Results of benchmarks")
struct BenchResultTests {
    private let reading = Stopwatch.Reading(wall: .milliseconds(500), cpu: .microseconds(100))

    @Test func `JSON has the rate and the processor time per message, and null for times that were not measured`() {
        var result = BenchResult(mode: "pub", messages: 1000, reading: reading)
        result.details = [("size", .number(16))]
        #expect(
            JSONValue.object(result.json).text
                == #"{"mode":"pub","msgs":1000,"seconds":0.5000,"msgs_per_s":2000,"cpu_ns_per_msg":100.0,"p50_us":null,"p99_us":null,"#
                + #""size":16}"#
        )
        #expect(result.line == "pub: 1000 in 0.500 s, 2000/s, 100 ns of CPU each, size 16")
    }

    @Test func `percentiles are those of the sorted times`() {
        let times = RoundTripTimes((1...100).reversed().map { .microseconds($0) })
        #expect(times.percentile(50) == .microseconds(51))
        #expect(times.percentile(99) == .microseconds(100))
        #expect(times.percentile(100) == .microseconds(100))
        #expect(RoundTripTimes([]).percentile(50) == .zero)
        let line = BenchResult(mode: "rtt", messages: 100, reading: reading, times: times).line
        #expect(line.hasSuffix("p50 51.0 µs, p99 100.0 µs"))
    }
}

@Suite("What the terminal supports")
struct TerminalSupportTests {
    @Test(
        arguments: [
            ([:], ColorDepth.none), (["TERM": "dumb"], .none), (["TERM": "vt100"], .none), (["TERM": "xterm"], .ansi16),
            (["TERM": "xterm-256color"], .indexed256), (["TERM": "xterm", "COLORTERM": "truecolor"], .trueColor),
            (["TERM": "xterm-direct"], .trueColor), (["TERM": "xterm-256color", "NO_COLOR": "1"], .none),
            (["TERM": "xterm-256color", "NO_COLOR": ""], .indexed256),
        ] as [([String: String], ColorDepth)]
    )
    func `the number of colors comes from TERM, COLORTERM and NO_COLOR`(environment: [String: String], depth: ColorDepth) {
        #expect(StyledOutput.depth(environment, isTerminal: true) == depth)
        #expect(StyledOutput.depth(environment, isTerminal: false) == .none)
    }

    @Test func `the locale decides whether Unicode is written to a terminal; files always get it`() {
        #expect(StyledOutput.glyphs(["LANG": "en_US.UTF-8"], isTerminal: true) == .unicode)
        #expect(StyledOutput.glyphs(["LANG": "en_US.UTF-8", "LC_ALL": "C"], isTerminal: true) == .ascii)
        #expect(StyledOutput.glyphs(["LC_ALL": "", "LC_CTYPE": "de_DE.utf8"], isTerminal: true) == .unicode)
        #expect(StyledOutput.glyphs([:], isTerminal: true) == .ascii)
        #expect(StyledOutput.glyphs([:], isTerminal: false) == .unicode)
    }

    @Test func `a terminal that reports a bright background gets the light theme`() {
        #expect(TerminalBackground.defaultTheme(["COLORFGBG": "0;15"]) == "default-light")
        #expect(TerminalBackground.defaultTheme(["COLORFGBG": "0;default;7"]) == "default-light")
        for value in ["15;0", "15;8", "", "0;default"] {
            #expect(TerminalBackground.defaultTheme(["COLORFGBG": value]) != "default-light")
        }
        #expect(TerminalBackground.defaultTheme([:]) != "default-light")
    }
}
