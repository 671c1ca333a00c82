import Foundation
import Settings
import TerminalUI
import Testing

@testable import Console

/// Compares the screens of models with the text files in `Screens/`.
///
/// `UPDATE_SCREENS=1 swift test` writes the files. Check the difference before you commit it.
enum Screens {
    private static let directory = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Screens")

    static func expect(
        _ model: ConsoleModel,
        _ name: String,
        glyphs: GlyphSet = .unicode,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let text = lines(model, glyphs: glyphs).map { $0 + "|\n" }.joined()
        let file = directory.appendingPathComponent("\(name).txt")
        if ProcessInfo.processInfo.environment["UPDATE_SCREENS"] != nil {
            try text.write(to: file, atomically: true, encoding: .utf8)
            return
        }
        let expected = try String(contentsOf: file, encoding: .utf8)
        #expect(text == expected, "\(name) differs:\n\(text)", sourceLocation: sourceLocation)
    }

    /// Returns the rows of a frame of the model.
    static func lines(_ model: ConsoleModel, glyphs: GlyphSet = .unicode) -> [String] {
        frame(model, glyphs: glyphs).buffer.lines()
    }

    static func frame(_ model: ConsoleModel, glyphs: GlyphSet = .unicode) -> (buffer: CellBuffer, cursor: Point?) {
        var model = model
        model.prepareFrame()
        var buffer = CellBuffer(size: model.size, glyphs: glyphs, escapeStyle: model.data.theme[.escape])
        let cursor = draw(model, into: &buffer)
        return (buffer, cursor)
    }

    /// Returns whether a row of the screen contains a text.
    static func shows(_ text: String, _ model: ConsoleModel) -> Bool {
        lines(model).contains { $0.contains(text) }
    }
}

extension ConsoleModel {
    /// Presses keys by their names, one after another. Like the loop, prepares a frame before each key.
    /// - Returns: The effects of all keys.
    @discardableResult
    mutating func press(_ keys: String...) -> [Effect] {
        keys.flatMap { name -> [Effect] in
            guard let key = Key(parsing: name) else {
                Issue.record("\(name) is not a key")
                return []
            }
            prepareFrame()
            return update(&self, .input(.key(key)))
        }
    }

    /// Types characters.
    @discardableResult
    mutating func type(_ text: String) -> [Effect] {
        text.unicodeScalars.flatMap { update(&self, .input(.key(.character($0)))) }
    }
}
