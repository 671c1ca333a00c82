import Foundation
import TestSupport
import Testing

@testable import Settings

@Suite("Limits of configurations and themes", .timeLimit(.minutes(5)))
struct TOMLLimitsTests {
    private static func repeated(_ text: String, _ count: Int, by separator: String = "") -> String {
        Array(repeating: text, count: count).joined(separator: separator)
    }

    /// Texts that are nested too deep, in every way that TOML offers.
    static let deep: [(name: String, text: String)] = [
        ("dotted key", repeated("a", 10_000, by: ".") + " = 1"),
        ("dotted key with blanks and quotes", repeated("\"a\" ", 5_000, by: ".") + " = 1"),
        ("header", "[" + repeated("a", 10_000, by: ".") + "]"),
        ("header of an element", "[[" + repeated("a", 10_000, by: ".") + "]]"),
        ("header and key", "[" + repeated("a", 20, by: ".") + "]\n" + repeated("b", 20, by: ".") + " = 1"),
        ("arrays", "a = " + repeated("[", 10_000) + repeated("]", 10_000)),
        ("arrays that are not closed", "a = " + repeated("[", 100_000)),
        ("inline tables", "a = " + repeated("{a=", 10_000) + "1" + repeated("}", 10_000)),
        ("inline tables with dotted keys", "a = " + repeated("{a.a.a.a=", 5_000) + "1" + repeated("}", 5_000)),
        ("arrays of tables in each other", (1...64).map { "[[" + repeated("a", $0, by: ".") + "]]" }.joined(separator: "\n")),
        ("arrays over lines", "a = " + repeated("[\n", 5_000) + repeated("]", 5_000)),
        ("a key as large as a text may be", repeated("a", TOMLDocument.sizeLimit / 2 - 8, by: ".") + " = 1"),
    ]

    @Test(arguments: deep.map(\.name))
    func `nesting that is too deep is refused before parsing, with its line`(name: String) throws {
        let text = try #require(Self.deep.first { $0.name == name }?.text)
        let lines = problems { () throws(SettingsError) in try ConfigurationFile.parse(text, file: "c.toml") }
        let theme = problems { () throws(SettingsError) in try ThemeLibrary(directories: []).parse(text, file: "c.toml") }
        #expect(lines.count == 1 && lines == theme)
        #expect(lines[0].hasSuffix(": keys and elements are nested more than 32 levels deep, which no setting needs"))
        #expect(lines[0].hasPrefix("c.toml:"))
    }

    @Test
    func `nesting up to the limit is accepted, and one level more is refused`() throws {
        let limit = TOMLDocument.depthLimit
        func parse(_ text: String) -> [String] {
            problems { () throws(SettingsError) in try TOMLDocument.parse(text, file: "c") }
        }
        #expect(parse(Self.repeated("a", limit, by: ".") + " = 1").isEmpty)
        #expect(!parse(Self.repeated("a", limit + 1, by: ".") + " = 1").isEmpty)
        #expect(parse("a = " + Self.repeated("[", limit - 1) + "1" + Self.repeated("]", limit - 1)).isEmpty == true)
        #expect(!parse("a = " + Self.repeated("[", limit) + "1" + Self.repeated("]", limit)).isEmpty)
        // The element of an array of tables is one level below the array.
        #expect(parse("[[" + Self.repeated("a", limit - 1, by: ".") + "]]").isEmpty)
        #expect(!parse("[[" + Self.repeated("a", limit, by: ".") + "]]").isEmpty)
        // The width does not matter.
        #expect(parse((0..<5_000).map { "a.b\($0).c = [1, 2, { d = 3 }]" }.joined(separator: "\n")).isEmpty)
    }

    @Test
    func `a text that is too long is refused, from a file and directly`() {
        let text = "# " + Self.repeated("x", TOMLDocument.sizeLimit)
        #expect(
            problems { () throws(SettingsError) in try ConfigurationFile.parse(text, file: "c.toml") }
                == ["c.toml: is longer than 262144 bytes"]
        )
    }

    /// Texts of the largest size, wide but not deep.
    static let wide: [(name: String, text: @Sendable (Int) -> String)] = [
        ("keys", { count in (0..<count / 8).map { "k\($0) = 1" }.joined(separator: "\n") }),
        ("profiles", { count in "[profiles]\n" + (0..<count / 8).map { "p\($0)=1" }.joined(separator: "\n") }),
        ("tables", { count in (0..<count / 20).map { "[profiles.p\($0)]" }.joined(separator: "\n") }),
        ("elements", { count in "a = [" + repeated("1", count / 2 - 8, by: ",") + "]" }),
        (
            "servers",
            { count in "[profiles.p]\nservers = [" + (0..<count / 10).map { "\"h\($0)\"" }.joined(separator: ",") + "]" }
        ),
        ("elements of tables", { count in repeated("[[profiles.p.servers]]", count / 24, by: "\n") }),
        (
            "keys for an action",
            { count in
                "[keys]\nquit = [" + repeated("\"a\"", count / 8, by: ",") + "]\nhelp = ["
                    + repeated("\"b\"", count / 8, by: ",") + "]"
            }
        ),
        (
            "watched topics",
            { count in "[profiles.p]\nservers = [\"h\"]\nwatch = [" + repeated("\"a.b\"", count / 6 - 16, by: ",") + "]" }
        ),
        ("one text", { count in "theme = \"" + repeated("x", count - 16) + "\"" }),
        ("one key", { count in repeated("x", count - 16) + " = 1" }),
        (
            "a palette",
            { count in
                "name = \"t\"\ntext = \"zz\"\n[palette]\n"
                    + (0..<count / 16).map { "c\($0) = \"#123456\"" }.joined(separator: "\n")
            }
        ),
        ("blanks", { count in repeated("\n", count - 1) }),
    ]

    @Test(arguments: wide.map(\.name))
    func `the cost is linear in the length of the text`(name: String) throws {
        let make = try #require(Self.wide.first { $0.name == name }?.text)
        func cost(_ bytes: Int) -> Duration {
            let text = make(bytes)
            // The minimum of several runs, because caches make the first one longer.
            return (0..<3).map { _ in
                let start = Self.processorTime()
                _ = try? ConfigurationFile.parse(text, file: "c.toml", actions: BindableAction.examples)
                _ = try? ThemeLibrary(directories: []).parse(text, file: "t.toml")
                return Self.processorTime() - start
            }.min() ?? .zero
        }
        let length = TOMLDocument.sizeLimit / TestScale.count(4, full: 1)
        let (small, large) = (cost(length / 8), cost(length))
        // The text is eight times as long. A quadratic cost would be 64 times as high.
        #expect(large < max(small * 24, .milliseconds(200)), "\(small), \(large)")
        #expect(large < .seconds(20), "in a debug build")
    }

    /// The processor time of this thread, which other work on the machine does not affect.
    private static func processorTime() -> Duration {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }
}
