import FuzzSupport
import NATSWire
import NIOCore

@main
enum FuzzParser {
    static func main() { runFuzzer(fuzzOneInput) }
}

/// The input is a list of read sizes, then a stream. The low half of byte 0 is the number of read sizes (0–15), and its
/// high bit selects the limits. The sizes follow, one byte each, used in turn. Without sizes every read has one byte.
private func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = UnsafeRawBufferPointer(start: start, count: count)
    guard let first = input.first else { return 0 }
    let sizes = input.dropFirst().prefix(Int(first & 15)).map { max(1, Int($0)) }
    let stream = UnsafeRawBufferPointer(rebasing: input.dropFirst(1 + sizes.count))
    let limits = first & 128 == 0 ? .tight : OperationParser.Limits()

    let whole = Transcript(of: stream, readSizes: [stream.count], limits: limits)
    let split = Transcript(of: stream, readSizes: sizes.isEmpty ? [1] : sizes, limits: limits)
    require(whole == split, "the result depends on the division into reads: \(whole) and \(split)")
    whole.requireRoundTrip()
    return 0
}

extension OperationParser.Limits {
    /// Limits that are small enough for inputs of a few hundred bytes to reach every one of them.
    static let tight = Self(maxControlLine: 96, maxInfoLine: 128, maxErrorLine: 112, maxErrorText: 32, maxMessageSize: 256)
}
