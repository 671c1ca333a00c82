import Testing

@testable import Settings

@Suite("Lines of keys and elements")
struct TOMLLocatorTests {
    @Test(
        arguments: [
            ("a = 1\nb = 2", ["a": 1, "b": 2]),
            ("# c = 1\r\n\r\na = 1 # b = 2\r\nb = 2", ["a": 3, "b": 4]),
            ("\u{FEFF}a = 1\nb = 2", ["a": 1, "b": 2]),
            ("a.b . \"c d\".'e.f' = 1", ["a": 1, "a.b": 1, "a.b.\"c d\"": 1, "a.b.\"c d\".\"e.f\"": 1]),
            ("\"\\u0061\\tb\" = 1", ["\"a<U+0009>b\"": 1]),
            ("\n[a.b]\nc = 1\n[a]\nd = 1", ["a": 2, "a.b": 2, "a.b.c": 3, "a.d": 5]),
            (
                "[[a]]\nb = 1\n[[ a ]]\nb = 2\n[a.c]\nd = 1",
                [
                    "a": 1, "a[0]": 1, "a[0].b": 2, "a[1]": 3, "a[1].b": 4, "a[1].c": 5, "a[1].c.d": 6,
                ]
            ),
            (
                "[[a]]\n[[a.b]]\n[[a.b]]\nc = 1\n[[a]]\n[[a.b]]\nc = 1",
                [
                    "a": 1, "a[0]": 1, "a[0].b": 2, "a[0].b[0]": 2, "a[0].b[1]": 3, "a[0].b[1].c": 4,
                    "a[1]": 5, "a[1].b": 6, "a[1].b[0]": 6, "a[1].b[0].c": 7,
                ]
            ),
            (
                "a = [\n 1, # x, y\n \"b]\",\n [\n 3 ],\n]\nz = 1",
                [
                    "a": 1, "a[0]": 2, "a[1]": 3, "a[2]": 4, "a[2][0]": 5, "z": 7,
                ]
            ),
            (
                "a = { b = 1, c.d = [1,\n2], e = '}' }\nz = 1",
                [
                    "a": 1, "a.b": 1, "a.c": 1, "a.c.d": 1, "a.c.d[0]": 1, "a.c.d[1]": 2, "a.e": 2, "z": 3,
                ]
            ),
            ("a = \"\"\"\nx = 1\n\\\"\"\" y\"\"\"\"\"\nb = '''\n[c]\n\\'''\nd = 1", ["a": 1, "b": 4, "d": 7]),
            ("a = 'x\\'\nb = \"x\\\"\"\nc = ''\nd = \"\"\ne = 1", ["a": 1, "b": 2, "c": 3, "d": 4, "e": 5]),
            ("a = 1979-05-27 07:32:00\nb = [1979-05-27 07:32:00,\n+inf]\nc = 1", ["a": 1, "b": 2, "b[0]": 2, "b[1]": 3, "c": 4]),
        ]
    )
    func `keys and elements have their lines`(toml: String, lines: [String: Int]) {
        var locator = TOMLLocator(toml)
        locator.scan()
        let found = locator.lines.map { ($0.key.description, $0.value) }
        #expect(Dictionary(uniqueKeysWithValues: found) == lines)
    }

    @Test(
        arguments: [
            "config/example.toml", "config/demo.toml", "themes/default-dark.toml", "themes/mono.toml",
        ]
    )
    func `every node that TOMLKit finds has a line of its own`(path: String) throws {
        let text = try shippedText(path)
        var locator = TOMLLocator(text)
        locator.scan()
        var pending = [try TOMLDocument.parse(text, file: path)]
        var count = 0
        while let node = pending.popLast() {
            if node.path != .root {
                #expect(locator.lines[node.path] != nil, "\(node.path)")
                count += 1
            }
            switch node.value {
            case .table(let entries): pending += entries.values
            case .array(let elements): pending += elements
            default: break
            }
        }
        #expect(count == locator.lines.count)
    }

    @Test(
        arguments: [
            ("a = 1", true), ("a = -1_000", true), ("a = +1.5e-3", true), ("a = 0x1F", true),
            ("a = [1, 2.0,true, -inf,nan ]", true),
            ("a = 1 \t# x", true), ("a = { b = false, c = 1e+3 }\r\n", true), ("a = ", false),
            ("a = 1 2", false),
            ("a = 1979-05-27", false), ("a = 1979-05-27T07:32:00Z", false), ("a = 1-2", false), ("a = é", false),
        ]
    )
    func `values outside quotes must be numbers or words`(toml: String, isPlain: Bool) {
        var locator = TOMLLocator(toml)
        locator.scan()
        #expect((locator.firstLineWithoutValue == nil) == isPlain)
    }

    @Test
    func `the locator terminates on any text`() {
        // A linear congruential generator (Knuth, MMIX), so that a failure can be reproduced.
        var state: UInt64 = 1
        let alphabet = Array("ab=.[]{}\"'\\#,u0 \n\r")
        var scanned = 0
        for _ in 0..<5000 {
            var text = ""
            for _ in 0..<24 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                text.append(alphabet[Int(state >> 33) % alphabet.count])
            }
            var locator = TOMLLocator(text)
            locator.scan()
            if locator.lines.values.allSatisfy({ (1...25).contains($0) }) { scanned += 1 }
        }
        #expect(scanned == 5000)
    }

    @Test(
        arguments: [
            ("prot", "port"), ("Port", "port"), ("hst", "host"), ("naem", "name"), ("monitr", "monitor"),
        ]
    )
    func `the nearest name is found`(name: String, expected: String) {
        #expect(NearestName.of(name, among: ["name", "host", "port", "monitor"]) == expected)
    }

    @Test(arguments: ["zzzz", "po", "", String(repeating: "port", count: 100)])
    func `a name that is too different is not found`(name: String) {
        #expect(NearestName.of(name, among: ["name", "host", "port", "monitor"]) == nil)
    }
}
