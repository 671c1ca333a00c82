import Foundation
import FuzzSupport

@testable import Settings

@main
enum FuzzSettings {
    static func main() { runFuzzer(fuzzOneInput) }
}

/// The input is the text of a configuration or a theme. The locator and the parser must agree about it, and the printed
/// form of a configuration must be valid.
private func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = UnsafeBufferPointer(start: start, count: count)
    let text = String(decoding: bytes, as: UTF8.self)

    var locator = TOMLLocator(text)
    locator.scan()
    let lineCount = text.utf8.count { $0 == UInt8(ascii: "\n") } + 1
    do {
        let document = try TOMLDocument.parse(text, file: "fuzz")
        let refused = [
            locator.firstLineTooDeep, locator.firstLineWithoutKey, locator.firstLineWithoutValue, locator.firstLineWithEscapedNUL,
        ]
        require(refused.allSatisfy { $0 == nil }, "a text that the locator rejects was parsed")
        document.requireLocated(by: locator, depth: 0)
    } catch {
        require(!error.problems.isEmpty, "an error has no message")
        for problem in error.problems {
            require((1...lineCount + 1).contains(problem.line ?? 1), "an error is in line \(problem.line ?? 0) of \(lineCount)")
        }
    }

    // The printed form of a configuration is valid, with the same deployment.
    if let configuration = try? ConfigurationFile.parse(text, file: "fuzz") {
        let shown = configuration.redactedDescription()
        do {
            let again = try ConfigurationFile.parse(shown, file: "shown")
            require(again.profiles.map(\.name) == configuration.profiles.map(\.name), "profiles change when they are printed")
            require(again.redactedDescription() == shown, "the second printed form differs: \(shown)")
        } catch {
            require(false, "the printed form cannot be read: \(error)\n\(shown)")
        }
    }
    _ = try? ThemeLibrary(directories: []).parse(text, file: "fuzz")
    return 0
}

extension TOMLNode {
    /// Checks that every value that the parser finds has a location.
    fileprivate func requireLocated(by locator: TOMLLocator, depth: Int) {
        require(depth <= TOMLDocument.depthLimit, "the parser nests deeper than the locator allows")
        if depth > 0 { require(locator.lines[path] != nil, "the locator did not find \(path)") }
        switch value {
        case .table(let entries): for entry in entries.values { entry.requireLocated(by: locator, depth: depth + 1) }
        case .array(let elements): for element in elements { element.requireLocated(by: locator, depth: depth + 1) }
        default: break
        }
    }
}
