import Foundation
import TestSupport
import Testing

/// A test must fail, not hang, if a server or program is broken. So every suite with processes needs a time limit.
@Suite(.timeLimit(.minutes(2))) struct SuiteTimeLimitTests {
    @Test(arguments: ["IntegrationTests", "TestSupportTests", "NATSMonitoringTests"])
    func `every suite with servers or terminals has a time limit`(target: String) throws {
        let root = Checkout.path + "/Tests/" + target
        let files = try #require(FileManager.default.enumerator(atPath: root)?.compactMap { $0 as? String })
        var suites = 0
        for file in files where file.hasSuffix(".swift") {
            let types = Declaration.tested(in: try String(contentsOfFile: "\(root)/\(file)", encoding: .utf8))
            suites += types.count
            for type in types where !type.isLimited {
                Issue.record("\(target)/\(file): \(type.name) lacks .timeLimit, for instance @Suite(.timeLimit(.minutes(2)))")
            }
        }
        #expect(suites > 0, "no suite was found in \(root)")
    }

    @Test(arguments: [
        ("@Suite(\"a\", .timeLimit(.minutes(1)))\nstruct A {\n    @Test func a() {}\n}\n", [true]),
        ("@Suite(\n    \"a\",\n    .timeLimit(.minutes(1))\n)\nfinal class A {\n    @Test func a() {}\n}\n", [true]),
        ("@Suite(\"a\")\nstruct A {\n    @Test(.timeLimit(.minutes(1))) func a() {}\n    @Test func b() {}\n}\n", [false]),
        ("struct A {\n    @Test(\"t\")\n    func a() {}\n}\n", [false]),
        ("struct Helper {}\n\n/// .timeLimit(\nstruct A {\n    @Test func a() {}\n}\n", [false]),
        ("@Suite(.timeLimit(.minutes(1))) struct A {\n @Test func a() {}\n}\nactor B {\n @Test func b() {}\n}\n", [true, false]),
        ("@Suite(\"what a struct is\", .timeLimit(.minutes(1)))\nstruct A {\n    @Test func a() {}\n}\n", [true]),
        ("@Test func a() {}\n", [false]),
        ("struct Helper {\n    let text = \"@Test\"\n}\n", []),
    ])
    func `a suite without a limit is found in any notation`(source: String, limited: [Bool]) {
        #expect(Declaration.tested(in: source).map(\.isLimited) == limited)
    }
}

/// A declaration at the top of a file.
private struct Declaration {
    /// The first line.
    let name: String
    /// Whether the attributes contain a time limit.
    let isLimited: Bool

    private static let keywords = ["struct ", "class ", "actor ", "enum ", "extension ", "func "]

    /// Returns the declarations with tests, in the order of the file.
    static func tested(in source: String) -> [Declaration] {
        var declarations: [Declaration] = []
        // The lines after the previous declaration, up to the line that names this one.
        var heading: [Substring] = []
        var current: Declaration?
        func take(_ line: Substring) {
            guard let declaration = current, line.trimmingPrefix(while: { $0 == " " }).hasPrefix("@Test") else { return }
            declarations.append(declaration)
            current = nil
        }
        for line in source.split(separator: "\n", omittingEmptySubsequences: false) where !line.hasPrefix("//") {
            let isTop = line.first.map { !" })\t".contains($0) } ?? false
            let code = line.replacing(/"[^"]*"/, with: "")
            if isTop, Self.keywords.contains(where: { code.contains($0) }), !line.hasPrefix("import ") {
                heading.append(line)
                let isLimited = heading.contains { $0.contains(".timeLimit(") }
                current = Declaration(name: String(line), isLimited: isLimited)
                for part in heading { take(part) }
                heading = []
            } else if line.hasPrefix("}") || line.isEmpty {
                heading = []
            } else {
                heading.append(line)
                take(line)
            }
        }
        return declarations
    }
}
