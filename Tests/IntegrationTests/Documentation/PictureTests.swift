import Foundation
import TestSupport
import Testing

@Suite("The pictures of the README", .timeLimit(.minutes(10)))
struct PictureTests {
    /// Converts a screen with `scripts/pictures`.
    private func svg(_ screen: String, width: Int) throws -> String {
        let process = Process()
        process.executableURL = Checkout.root.appendingPathComponent("scripts/pictures")
        process.arguments = ["--convert", String(width)]
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        try input.fileHandleForWriting.write(contentsOf: Data(screen.utf8))
        try input.fileHandleForWriting.close()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        return text
    }

    @Test
    func `colors, attributes, wide characters, lines, blocks and braille have the position of their cells`() throws {
        let picture = try svg("\u{1B}[1;38;2;255;0;0mred\u{1B}[0m 漢x\n\u{1B}[7m<&\u{1B}[0m ─▂⣀ ●\n", width: 12)
        // The words with their positions: `<text x="14.0" … >word</text>`.
        let words = picture.matches(of: /<text x="([0-9.]+)"([^>]*)>([^<]*)<\/text>/)
        func place(of word: String) throws -> Double {
            let match = try #require(words.first { $0.output.3 == word }, "\(word)")
            return try #require(Double(match.output.1))
        }
        let cell = 8.4
        let (red, wide, x, reversed, disc) = (
            try place(of: "red"), try place(of: "漢"), try place(of: "x"), try place(of: "&lt;&amp;"), try place(of: "●")
        )
        #expect(abs(wide - red - 4 * cell) < 0.2)
        #expect(abs(x - wide - 2 * cell) < 0.2, "a wide character occupies two cells")
        #expect(abs(disc - reversed - 7 * cell) < 0.2)
        let attributes = try #require(words.first { $0.output.3 == "red" }).output.2
        #expect(attributes.contains("fill=\"#ff0000\"") && attributes.contains("font-weight=\"bold\""))
        #expect(picture.ranges(of: "<path ").count == 3, "the line, the dots of braille, and the block")
    }

    @Test
    func `the film is a recording of asciinema, and its picture shows the same tour`() throws {
        let folder = Checkout.root.appendingPathComponent("Documentation/film")
        let lines = try String(contentsOf: folder.appendingPathComponent("tour.cast"), encoding: .utf8).split(separator: "\n")
        let header = try #require(try JSONSerialization.jsonObject(with: Data(lines[0].utf8)) as? [String: Any])
        #expect(header["version"] as? Int == 2)
        var (time, captions) = (0.0, [String]())
        for line in lines.dropFirst() {
            let event = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [Any])
            let next = try #require(event[0] as? Double)
            #expect(next >= time && event.count == 3)
            time = next
            if event[1] as? String == "m" { captions.append(try #require(event[2] as? String)) }
        }
        let picture = try String(contentsOf: folder.appendingPathComponent("tour.svg"), encoding: .utf8)
        #expect(captions.count > 5 && captions.allSatisfy { picture.contains(">\($0)</text>") })
        let readme = try String(contentsOf: Checkout.root.appendingPathComponent("README.md"), encoding: .utf8)
        #expect(readme.contains("Documentation/film/tour.svg") && readme.contains("Documentation/film/tour.cast"))
    }

    @Test
    func `every picture in the README exists, and every picture is used`() throws {
        let readme = try String(contentsOf: Checkout.root.appendingPathComponent("README.md"), encoding: .utf8)
        let shown = Set(readme.matches(of: /Documentation\/pictures\/([a-z-]+)\.svg/).map { String($0.output.1) })
        let files = try FileManager.default.contentsOfDirectory(
            atPath: Checkout.root.appendingPathComponent("Documentation/pictures").path
        )
        let pictures = Set(files.filter { $0.hasSuffix(".svg") }.map { String($0.dropLast(4)) })
        #expect(shown == pictures)
    }
}
