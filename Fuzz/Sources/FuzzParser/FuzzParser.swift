import FuzzSupport
import NATSWire
import NIOCore

/// The input is a recipe of reads, then a stream: byte 0 has the number of read sizes (0–15) in its low half and picks the
/// limits with its high bit; the sizes follow, one byte each, used in turn. Without sizes every read is one byte.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = UnsafeRawBufferPointer(start: start, count: count)
    guard let first = input.first else { return 0 }
    let sizes = input.dropFirst().prefix(Int(first & 15)).map { max(1, Int($0)) }
    let stream = UnsafeRawBufferPointer(rebasing: input.dropFirst(1 + sizes.count))
    let limits = first & 128 == 0 ? .tight : OperationParser.Limits()

    let whole = Transcript(of: stream, readSizes: [stream.count], limits: limits)
    let split = Transcript(of: stream, readSizes: sizes.isEmpty ? [1] : sizes, limits: limits)
    require(whole == split, "the same bytes in other reads are another stream: \(whole) and \(split)")
    whole.requireRoundTrip()
    return 0
}

extension OperationParser.Limits {
    /// Small enough for inputs of a few hundred bytes to reach every one of them.
    static let tight = Self(maxControlLine: 96, maxInfoLine: 128, maxErrorLine: 112, maxErrorText: 32, maxMessageSize: 256)
}
