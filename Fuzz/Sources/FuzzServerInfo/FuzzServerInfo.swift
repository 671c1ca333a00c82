import FuzzSupport
import NATSWire
import NIOCore

@main
enum FuzzServerInfo {
    static func main() { runFuzzer(fuzzOneInput) }
}

/// The input is the JSON of an INFO.
private func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let json = ByteBuffer(bytes: UnsafeRawBufferPointer(start: start, count: count))
    let info = try? ServerInfo.parse(json)
    if let info {
        require(info.maxPayload.map { 1...ServerInfo.maxPayloadBound ~= $0 } ?? true, "max_payload is out of bounds")
        require(info.port.map { 0...65_535 ~= $0 } ?? true, "the port is out of bounds")
    }

    // The same text inside a larger buffer, with white space around it. No byte outside it may be read or have an effect.
    var padded = ByteBuffer(staticString: "}\" \t")
    padded.writeImmutableBuffer(json)
    padded.writeStaticString(" \n}\"")
    padded.moveReaderIndex(forwardBy: 2)
    padded.moveWriterIndex(to: padded.writerIndex - 2)
    require((try? ServerInfo.parse(padded)) == info, "white space around the JSON changes the result")
    return 0
}
