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
        #expect(picture.ranges(of: "<path ").count == 2, "the line is stroked, block and braille are filled")
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
