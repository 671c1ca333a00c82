import Foundation
import FuzzSupport

@testable import Settings

/// The input is the text of a configuration or a theme. The locator and the parser have to agree about it, and what is printed
/// of a configuration has to be one again.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
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
        require(refused.allSatisfy { $0 == nil }, "what the locator refused was parsed")
        document.requireLocated(by: locator, depth: 0)
    } catch {
        require(!error.problems.isEmpty, "an error says nothing")
        for problem in error.problems {
            require((1...lineCount + 1).contains(problem.line ?? 1), "an error is in line \(problem.line ?? 0) of \(lineCount)")
        }
    }

    // What is shown of a configuration is one again, with the same deployment.
    if let configuration = try? ConfigurationFile.parse(text, file: "fuzz") {
        let shown = configuration.redactedDescription()
        do {
            let again = try ConfigurationFile.parse(shown, file: "shown")
            require(again.profiles.map(\.name) == configuration.profiles.map(\.name), "profiles are others once shown")
            require(again.redactedDescription() == shown, "shown twice it differs: \(shown)")
        } catch {
            require(false, "what is shown cannot be read: \(error)\n\(shown)")
        }
    }
    _ = try? ThemeLibrary(directories: []).parse(text, file: "fuzz")
    return 0
}

extension TOMLNode {
    /// Every value that the parser found has a line of its own.
    fileprivate func requireLocated(by locator: TOMLLocator, depth: Int) {
        require(depth <= TOMLDocument.depthLimit, "the parser nests deeper than the locator let pass")
        if depth > 0 { require(locator.lines[path] != nil, "the locator did not find \(path)") }
        switch value {
        case .table(let entries): for entry in entries.values { entry.requireLocated(by: locator, depth: depth + 1) }
        case .array(let elements): for element in elements { element.requireLocated(by: locator, depth: depth + 1) }
        default: break
        }
    }
}
