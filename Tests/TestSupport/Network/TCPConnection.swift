import NIOCore
import NIOPosix

/// One TCP connection of a test: sends bytes, and keeps all it receives for the test to wait for and to look at.
///
/// Nothing is bounded: a test knows what it provokes.
package final class TCPConnection: Sendable {
    /// What came in so far.
    package struct Inbound: Sendable, CustomStringConvertible {
        /// Every byte since the connection was made.
        package fileprivate(set) var bytes: [UInt8] = []
        /// How many of them a reader has taken.
        package var consumed = 0
        /// The peer sends no more: it closed, half-closed or reset the connection.
        package fileprivate(set) var ended = false
        /// What broke the connection, such as a reset.
        package fileprivate(set) var failure: (any Error)?

        /// What no reader has taken yet.
        package var unread: ArraySlice<UInt8> { self.bytes[self.consumed...] }

        /// Puts bytes back in front of those that follow `end`, as if they had come just before them.
        mutating func replaceUnread(upTo end: Int, with bytes: [UInt8]) {
            self.bytes.replaceSubrange(self.consumed..<end, with: bytes)
        }

        package var description: String {
            let text = String(decoding: self.bytes.suffix(400), as: UTF8.self)
            return "\(self.bytes.count) bytes\(self.ended ? ", ended" : ""), the last: \(text.debugDescription)"
        }
    }

    /// The connection ended before what a test waited for came.
    package struct Ended: Error, CustomStringConvertible {
        let what: String
        let inbound: Inbound
        package var description: String { "connection ended before \(self.what) came; received \(self.inbound)" }
    }

    let channel: any Channel
    package let inbound = Watched(Inbound())

    init(channel: any Channel) {
        self.channel = channel
    }

    /// Connects to a port of this machine.
    package static func connect(host: String = "127.0.0.1", port: Int) async throws -> TCPConnection {
        try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .channelOption(.socketOption(.tcp_nodelay), value: 1)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .connect(host: host, port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    let connection = TCPConnection(channel: channel)
                    try channel.pipeline.syncOperations.addHandler(connection.recorder)
                    return connection
                }
            }
    }

    /// Connects to a socket in the file system.
    package static func connect(unixSocket path: String) async throws -> TCPConnection {
        try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .connect(unixDomainSocketPath: path) { channel in
                channel.eventLoop.makeCompletedFuture {
                    let connection = TCPConnection(channel: channel)
                    try channel.pipeline.syncOperations.addHandler(connection.recorder)
                    return connection
                }
            }
    }

    /// The handler that fills ``inbound``.
    var recorder: some ChannelHandler & Sendable { Recorder(inbound: self.inbound) }

    // MARK: Sending

    /// Sends bytes, returning when the kernel has them.
    package func send(_ bytes: some Sequence<UInt8> & Sendable) async throws {
        try await self.channel.writeAndFlush(ByteBuffer(bytes: bytes))
    }

    /// Sends text as it is: line ends are the caller's.
    package func send(_ text: String) async throws {
        try await self.send(Array(text.utf8))
    }

    /// Sends bytes in writes of at most `size` bytes, so that the peer is likely to read them in pieces.
    package func send(_ bytes: [UInt8], inChunksOf size: Int) async throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            try await self.send(Array(rest.prefix(size)))
            rest = rest.dropFirst(size)
        }
    }

    /// Sends text as it is and takes what the peer says next for the beginning of a TLS handshake.
    package func startTLS(_ tls: TLSTermination, after text: String) async throws {
        let channel = self.channel
        try await channel.eventLoop.submit {
            // In one turn of the loop: an answer cannot come in between.
            channel.writeAndFlush(ByteBuffer(string: text), promise: nil)
            try channel.pipeline.syncOperations.addHandler(tls.makeHandler(), position: .first)
        }.get()
    }

    // MARK: Receiving

    /// Takes the next line, without its end (CR LF or LF).
    package func nextLine(within limit: Duration = .waitLimit) async throws -> String {
        try await self.take("a line", within: limit) { inbound in
            guard let end = inbound.unread.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
            let line = inbound.unread[..<end]
            inbound.consumed = end + 1
            return String(decoding: line.last == UInt8(ascii: "\r") ? line.dropLast() : line, as: UTF8.self)
        }
    }

    /// Takes lines up to and including the first that starts with `prefix`, and returns that one.
    @discardableResult
    package func expect(_ prefix: String, within limit: Duration = .waitLimit) async throws -> String {
        while true {
            let line = try await self.nextLine(within: limit)
            if line.utf8.starts(with: prefix.utf8) { return line }
        }
    }

    /// Takes exactly `count` bytes.
    package func nextBytes(_ count: Int, within limit: Duration = .waitLimit) async throws -> [UInt8] {
        try await self.take("\(count) bytes", within: limit) { inbound in
            guard inbound.unread.count >= count else { return nil }
            defer { inbound.consumed += count }
            return Array(inbound.unread.prefix(count))
        }
    }

    /// Takes whatever came in, waiting for at least one byte; nil when the peer sends no more.
    package func nextChunk() async throws -> [UInt8]? {
        // Hours: a chunk may rightly never come. Cancellation ends the wait.
        try await self.inbound.wait(for: "bytes", within: .seconds(36_000)) { inbound -> [UInt8]?? in
            guard !inbound.unread.isEmpty else { return inbound.ended ? .some(nil) : nil }
            defer { inbound.consumed = inbound.bytes.count }
            return Array(inbound.unread)
        }
    }

    /// Waits until the peer sends no more.
    package func waitUntilEnded(within limit: Duration = .waitLimit) async throws {
        try await self.inbound.wait(for: "the connection to end", within: limit) { $0.ended ? () : nil }
    }

    /// Takes what `parse` finds in the bytes received; nil means that more are needed.
    package func take<Result: Sendable>(
        _ what: String,
        within limit: Duration = .waitLimit,
        _ parse: @escaping @Sendable (inout Inbound) throws -> Result?
    ) async throws -> Result {
        try await self.inbound.wait(for: what, within: limit) { inbound in
            if let result = try parse(&inbound) { return result }
            if inbound.ended { throw Ended(what: what, inbound: inbound) }
            return nil
        }
    }

    // MARK: Ending

    /// Closes both directions in the ordinary way (FIN).
    package func close() async {
        // That it is closed already is no failure here.
        try? await self.channel.close()
    }

    /// Closes the sending direction; what the peer sends still comes in.
    package func closeOutput() async throws {
        try await self.channel.close(mode: .output)
    }

    /// Ends the connection with a reset (RST), as a host does that crashed and knows the connection no more.
    package func reset() async throws {
        if let socket = self.channel as? any SocketOptionProvider {
            // To linger for no time makes close() discard what is unsent and reset.
            try await socket.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
        }
        await self.close()
    }

    /// Stops (or resumes) reading, so that the peer's writes fill the kernel's buffers and then block.
    package func setReading(_ reading: Bool) async throws {
        try await self.channel.setOption(.autoRead, value: reading).get()
    }
}

/// Moves what a channel reads into a ``TCPConnection/Inbound``.
private final class Recorder: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer

    private let inbound: Watched<TCPConnection.Inbound>

    init(inbound: Watched<TCPConnection.Inbound>) {
        self.inbound = inbound
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let buffer = self.unwrapInboundIn(data)
        self.inbound.update { $0.bytes.append(contentsOf: buffer.readableBytesView) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .some(.inputClosed) = event as? ChannelEvent { self.inbound.update { $0.ended = true } }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        self.inbound.update { $0.failure = error }
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.inbound.update { $0.ended = true }
        context.fireChannelInactive()
    }
}
