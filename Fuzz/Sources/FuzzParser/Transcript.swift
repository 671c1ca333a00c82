import FuzzSupport
import NATSWire
import NIOCore

/// Everything a parser says about a stream, however it was cut into reads.
struct Transcript: Equatable {
    private(set) var operations: [Operation] = []
    private(set) var failure: WireError.Code?
    private(set) var pendingBytes = 0

    /// Parses the stream in reads of these sizes, used in turn.
    init(of stream: UnsafeRawBufferPointer, readSizes: [Int], limits: OperationParser.Limits) {
        var parser = OperationParser(limits: limits)
        var sink = Recorder()
        var position = 0
        var turn = 0
        while position < stream.count, failure == nil {
            let end = min(stream.count, position + readSizes[turn % readSizes.count])
            do {
                try parser.parse(ByteBuffer(bytes: stream[position..<end]), into: &sink)
            } catch {
                failure = error.code
                Self.requireStaysFailed(&parser, error)
            }
            require(parser.pendingBytes <= end, "more bytes are kept than came")
            require(parser.pendingBytes <= limits.largestFrame, "more bytes are kept than the limits allow")
            position = end
            turn += 1
        }
        operations = sink.operations
        pendingBytes = parser.pendingBytes
    }

    /// A stream that lost its place has none: whatever comes next must not be read as operations.
    private static func requireStaysFailed(_ parser: inout OperationParser, _ error: WireError) {
        require(parser.pendingBytes == 0, "a failed parser keeps bytes")
        var sink = Recorder()
        do {
            try parser.parse(ByteBuffer(staticString: "PING\r\n"), into: &sink)
            require(false, "a failed parser goes on")
        } catch let repeated {
            require(repeated == error, "a failed parser changes its error")
        }
        require(sink.operations.isEmpty, "a failed parser reports operations")
    }

    /// What was understood, written as plainly as servers write it, is understood the same.
    func requireRoundTrip() {
        var plain = ByteBuffer()
        // What an -ERR or INFO said was cut and trimmed; it may be a line of its own only by chance.
        let messages = operations.filter { if case .message = $0 { true } else { false } }
        guard !messages.isEmpty else { return }
        for message in messages { message.write(into: &plain) }
        // A line that was just short enough had perhaps no CR before its LF: it is longer now.
        let again = plain.withUnsafeReadableBytes { Transcript(of: $0, readSizes: [max(1, $0.count)], limits: .init()) }
        require(again.failure == nil && again.pendingBytes == 0, "a message written plainly is refused: \(again)")
        require(again.operations == messages, "messages written plainly are others: \(messages) and \(again.operations)")
    }
}

extension OperationParser.Limits {
    fileprivate var largestFrame: Int { max(maxInfoLine, maxErrorLine, maxControlLine + maxMessageSize + 2) }
}
