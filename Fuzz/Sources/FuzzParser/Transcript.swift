import FuzzSupport
import NATSWire
import NIOCore

/// The complete output of a parser for a stream, independent of the division into reads.
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
            require(parser.pendingBytes <= end, "the parser keeps more bytes than it received")
            require(parser.pendingBytes <= limits.largestFrame, "the parser keeps more bytes than the limits allow")
            position = end
            turn += 1
        }
        operations = sink.operations
        pendingBytes = parser.pendingBytes
    }

    /// After an error the position in the stream is lost. Further bytes must not be parsed as operations.
    private static func requireStaysFailed(_ parser: inout OperationParser, _ error: WireError) {
        require(parser.pendingBytes == 0, "a failed parser keeps bytes")
        var sink = Recorder()
        do {
            try parser.parse(ByteBuffer(staticString: "PING\r\n"), into: &sink)
            require(false, "a failed parser continues")
        } catch let repeated {
            require(repeated == error, "a failed parser changes its error")
        }
        require(sink.operations.isEmpty, "a failed parser reports operations")
    }

    /// Checks that parsed operations, written in the usual form, are parsed the same again.
    func requireRoundTrip() {
        var plain = ByteBuffer()
        // The text of an -ERR or INFO was cut and trimmed, so it is not always a valid line.
        let messages = operations.filter { if case .message = $0 { true } else { false } }
        guard !messages.isEmpty else { return }
        for message in messages { message.write(into: &plain) }
        // A line that was just short enough may have ended with LF. With CR LF it is longer.
        let again = plain.withUnsafeReadableBytes { Transcript(of: $0, readSizes: [max(1, $0.count)], limits: .init()) }
        require(again.failure == nil && again.pendingBytes == 0, "a message in the usual form is rejected: \(again)")
        require(again.operations == messages, "messages change when they are written again: \(messages) and \(again.operations)")
    }
}

extension OperationParser.Limits {
    fileprivate var largestFrame: Int { max(maxInfoLine, maxErrorLine, maxControlLine + maxMessageSize + 2) }
}
