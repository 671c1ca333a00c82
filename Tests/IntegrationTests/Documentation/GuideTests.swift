import Foundation
import RouletteNATS
import TestSupport
import Testing

@Suite("The documentation", .timeLimit(.minutes(10)))
struct GuideTests {
    private static func files(in directory: String, extension suffix: String) throws -> [URL] {
        let folder = Checkout.root.appendingPathComponent(directory)
        return try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .filter { $0.pathExtension == suffix }
    }

    /// Returns the lines without blank lines and without their common indentation.
    private static func normalized(_ lines: some Sequence<Substring>) -> [String] {
        let lines = lines.filter { !$0.allSatisfy(\.isWhitespace) }
        let indentation = lines.map { $0.prefix { $0 == " " }.count }.min() ?? 0
        return lines.map { String($0.dropFirst(indentation)) }
    }

    /// Returns the Swift code blocks of a Markdown text.
    private static func blocks(of text: String) -> [[String]] {
        var blocks: [[String]] = []
        var block: [Substring]?
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if let lines = block {
                if line.hasPrefix("```") {
                    blocks.append(normalized(lines))
                    block = nil
                } else {
                    block = lines + [line]
                }
            } else if line == "```swift" {
                block = []
            }
        }
        return blocks
    }

    @Test
    func `every Swift block in the README and the guides occurs in a snippet, which the build compiles`() throws {
        // Examples of tests are tests themselves.
        let files = try ["Snippets", "Tests/RouletteTestingTests"].flatMap { try Self.files(in: $0, extension: "swift") }
        let snippets = try files.map { url in
            try String(contentsOf: url, encoding: .utf8).split(separator: "\n").filter { !$0.allSatisfy(\.isWhitespace) }
        }
        var guides = try Self.files(in: "Sources/Roulette/Roulette.docc", extension: "md")
        guides.append(Checkout.root.appendingPathComponent("README.md"))
        var count = 0
        for guide in guides {
            for block in Self.blocks(of: try String(contentsOf: guide, encoding: .utf8)) {
                count += 1
                let isCompiled = snippets.contains { lines in
                    lines.indices.contains { start in
                        let window = lines[start...].prefix(block.count)
                        return window.count == block.count && Self.normalized(window) == block
                    }
                }
                #expect(isCompiled, "\(guide.lastPathComponent): no snippet has\n\(block.joined(separator: "\n"))")
            }
        }
        #expect(count > 10)
    }

    @Test
    func `the program in the README publishes, subscribes and requests over three real clusters, in 30 lines`() async throws {
        let source = try String(contentsOf: Checkout.root.appendingPathComponent("Snippets/QuickStart.swift"), encoding: .utf8)
        #expect(source.split(separator: "\n", omittingEmptySubsequences: false).dropLast().count <= 30)
        let readme = try String(contentsOf: Checkout.root.appendingPathComponent("README.md"), encoding: .utf8)
        #expect(Self.blocks(of: readme).contains(Self.normalized(source.split(separator: "\n"))), "the README has the program")

        try await withDeployment(clusters: 3) { deployment in
            let result = try await BuiltProgram.run("QuickStart", deployment.servers.map(\.address))
            #expect(result.status == .exited(0), "\(result.errors)")
            #expect(result.lines.count == 10)
            #expect(result.lines.first?.hasSuffix(": 1.99 for apples") == true)
            // A cluster and an order.
            let words: [[Substring]] = result.lines.dropFirst().map { $0.split(separator: " ") }
            let orders: Set<[Substring]> = Set(words.map { Array($0.dropFirst()) })
            #expect(orders.count == 9)
            let clusters: Set<Substring?> = Set(words.map(\.first))
            #expect(clusters.count == 3, "orders of all clusters")
        }
    }

    @Test
    func `every target, file, type and function named in ARCHITECTURE.md exists`() async throws {
        let text = try String(contentsOf: Checkout.root.appendingPathComponent("ARCHITECTURE.md"), encoding: .utf8)
        let sources = try Self.swiftSources()
        var count = 0
        for match in text.matches(of: /`([A-Z][A-Za-z]*)(?:[.\/]([A-Za-z]+))?[^`]*`/) {
            count += 1
            // Searching all sources takes a while. Tests that wait must have their turns meanwhile.
            await Task.yield()
            let span = String(match.output.0.dropFirst().dropLast())
            let isDeclared = ["struct", "class", "enum", "protocol"].contains { sources.contains("\($0) \(match.output.1)") }
            let paths = ["", "Sources/", "Tests/"].map { Checkout.root.appendingPathComponent($0 + span).path }
            if paths.contains(where: FileManager.default.fileExists) { continue }
            #expect(isDeclared, "\(span) is neither a file nor a type")
            guard let member = match.output.2 else { continue }
            let isMember = ["func", "var", "let", "struct", "enum"].contains { sources.contains("\($0) \(member)") }
            #expect(isMember, "\(span) is not declared")
        }
        #expect(count > 50)
    }

    /// All Swift files of the targets, one after the other.
    @Test
    func `the program, the README and the changelog name the same version`() throws {
        func text(_ path: String) throws -> String {
            try String(contentsOf: Checkout.root.appendingPathComponent(path), encoding: .utf8)
        }
        let dependency = try #require(try text("README.md").firstMatch(of: /\/roulette", from: "([^"]+)"/))
        #expect(dependency.output.1 == LibraryVersion.current)
        let newest = try #require(try text("CHANGELOG.md").firstMatch(of: /\n## ([^\n]+)/))
        #expect(newest.output.1 == LibraryVersion.current)
    }

    private static func swiftSources() throws -> String {
        let directory = Checkout.root.appendingPathComponent("Sources")
        let files = try #require(FileManager.default.enumerator(at: directory, includingPropertiesForKeys: nil))
        return try files.compactMap { $0 as? URL }.filter { $0.pathExtension == "swift" }
            .map { try String(contentsOf: $0, encoding: .utf8) }.joined(separator: "\n")
    }
}
