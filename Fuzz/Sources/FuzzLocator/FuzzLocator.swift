import FuzzSupport

@testable import Settings

@main
enum FuzzLocator {
    static func main() { runFuzzer(fuzzOneInput) }
}

/// The input is a text that may be TOML. The locator reads it before the parser, and decides whether to pass it on.
private func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let text = String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    let lines = 1...text.utf8.count { $0 == UInt8(ascii: "\n") } + 1

    var locator = TOMLLocator(text)
    locator.scan()
    for (path, line) in locator.lines {
        require(lines.contains(line), "a key is in line \(line) of \(lines.upperBound)")
        require(path.components.count <= TOMLDocument.depthLimit, "a path is longer than the limit")
    }
    require(locator.lines.count <= text.utf8.count, "there are more keys than bytes")
    let refused = [
        locator.firstLineTooDeep, locator.firstLineWithoutKey, locator.firstLineWithoutValue, locator.firstLineWithEscapedNUL,
    ]
    for line in refused.compactMap(\.self) {
        require(lines.contains(line), "the error is in line \(line) of \(lines.upperBound)")
    }
    return 0
}
