import NIOCore
import NIOPosix

/// A TCP connection for tests. It keeps all received bytes, so that tests can wait for them and inspect them.
///
/// The buffer has no bound, because a test controls the amount of data.
package final class TCPConnection: Sendable {
    /// The received data.
    package struct Inbound: Sendable, CustomStringConvertible {
        /// All bytes since the connection was established.
        package fileprivate(set) var bytes: [UInt8] = []
        /// The number of bytes that readers have consumed.
        package var consumed = 0
        /// Whether the peer sends no more: it closed, half-closed or reset the connection.
        package fileprivate(set) var ended = false
        /// The error that ended the connection, such as a reset.
        package fileprivate(set) var failure: (any Error)?

        /// The bytes that no reader has consumed yet.
        package var unread: ArraySlice<UInt8> { self.bytes[self.consumed...] }

        /// Puts bytes back before those that follow `end`, as if they had arrived there.
        mutating func replaceUnread(upTo end: Int, with bytes: [UInt8]) {
            self.bytes.replaceSubrange(self.consumed..<end, with: bytes)
        }

        package var description: String {
            let text = String(decoding: self.bytes.suffix(400), as: UTF8.self)
            return "\(self.bytes.count) bytes\(self.ended ? ", ended" : ""), the last: \(text.debugDescription)"
        }
    }

    /// The connection ended before the expected data arrived.
    package struct Ended: Error, CustomStringConvertible {
        let what: String
        let inbound: Inbound
        package var description: String { "connection ended before \(self.what) arrived; received \(self.inbound)" }
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

    /// Sends bytes. Returns when the kernel has accepted them.
    package func send(_ bytes: some Sequence<UInt8> & Sendable) async throws {
        try await self.channel.writeAndFlush(ByteBuffer(bytes: bytes))
    }

    /// Sends text unchanged; the caller adds line ends.
    package func send(_ text: String) async throws {
        try await self.send(Array(text.utf8))
    }

    /// Sends bytes in writes of at most `size` bytes, so that the peer probably reads them in pieces.
    package func send(_ bytes: [UInt8], inChunksOf size: Int) async throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            try await self.send(Array(rest.prefix(size)))
            rest = rest.dropFirst(size)
        }
    }

    /// Sends text unchanged, and treats the peer's next bytes as the beginning of a TLS handshake.
    package func startTLS(_ tls: TLSTermination, after text: String) async throws {
        let channel = self.channel
        try await channel.eventLoop.submit {
            // Within one turn of the loop, so that no answer arrives in between.
            channel.writeAndFlush(ByteBuffer(string: text), promise: nil)
            try channel.pipeline.syncOperations.addHandler(tls.makeHandler(), position: .first)
        }.get()
    }

    // MARK: Receiving

    /// Consumes and returns the next line, without its end (CR LF or LF).
    package func nextLine(within limit: Duration = .waitLimit) async throws -> String {
        try await self.take("a line", within: limit) { inbound in
            guard let end = inbound.unread.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
            let line = inbound.unread[..<end]
            inbound.consumed = end + 1
            return String(decoding: line.last == UInt8(ascii: "\r") ? line.dropLast() : line, as: UTF8.self)
        }
    }

    /// Consumes lines up to and including the first one with `prefix`, and returns that line.
    @discardableResult
    package func expect(_ prefix: String, within limit: Duration = .waitLimit) async throws -> String {
        while true {
            let line = try await self.nextLine(within: limit)
            if line.utf8.starts(with: prefix.utf8) { return line }
        }
    }

    /// Consumes exactly `count` bytes.
    package func nextBytes(_ count: Int, within limit: Duration = .waitLimit) async throws -> [UInt8] {
        try await self.take("\(count) bytes", within: limit) { inbound in
            guard inbound.unread.count >= count else { return nil }
            defer { inbound.consumed += count }
            return Array(inbound.unread.prefix(count))
        }
    }

    /// Consumes all received bytes, waiting for at least one; nil if the peer sends no more.
    package func nextChunk() async throws -> [UInt8]? {
        // Hours, because a chunk may legitimately never arrive. Cancellation ends the wait.
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

    /// Consumes the part of the received bytes that `parse` returns. A nil result waits for more bytes.
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

    /// Closes both directions normally (FIN).
    package func close() async {
        // Not a failure if the channel is already closed.
        try? await self.channel.close()
    }

    /// Closes the sending direction. Bytes from the peer still arrive.
    package func closeOutput() async throws {
        try await self.channel.close(mode: .output)
    }

    /// Ends the connection with a reset (RST), like a host that restarted after a crash.
    package func reset() async throws {
        if let socket = self.channel as? any SocketOptionProvider {
            // With a linger time of zero, close() discards unsent data and sends a reset.
            try await socket.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
        }
        await self.close()
    }

    /// Stops or resumes reading. While reading is stopped, the peer's writes fill the kernel's buffers and then block.
    package func setReading(_ reading: Bool) async throws {
        try await self.channel.setOption(.autoRead, value: reading).get()
    }
}

/// Copies the input of a channel to a ``TCPConnection/Inbound``.
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
