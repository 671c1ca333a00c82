/// A NATS client that sends and receives protocol text, to check the state of a server without the code under test.
///
/// It does not answer PINGs, because tests are shorter than a server's ping interval.
package final class RawClient: Sendable {
    /// The credentials for CONNECT.
    package struct Credentials: Sendable {
        package var user: String?
        package var password: String?
        package var token: String?

        package init(user: String? = nil, password: String? = nil, token: String? = nil) {
            self.user = user
            self.password = password
            self.token = token
        }
    }

    /// A MSG or HMSG.
    package struct Message: Sendable, Hashable {
        package let subject: String
        package let sid: String
        package let replyTo: String?
        /// The header block with its version line and final empty line; empty for a MSG.
        package let headers: [UInt8]
        package let payload: [UInt8]

        /// The payload as text.
        package var text: String { String(decoding: self.payload, as: UTF8.self) }
    }

    /// The server sent `-ERR`, or a frame that this client cannot parse.
    package struct ServerError: Error, CustomStringConvertible {
        package let line: String
        package var description: String { "the server sent: \(self.line.debugDescription)" }
    }

    /// The server's first INFO, as JSON text.
    package let info: String
    /// The connection, for everything that this type does not support.
    package let connection: TCPConnection

    private init(connection: TCPConnection, info: String) {
        self.connection = connection
        self.info = info
    }

    /// Connects, and returns when the server has accepted the credentials.
    ///
    /// - Parameter name: The name of the connection in the server's monitoring; nil for none.
    package static func connect(
        host: String = "127.0.0.1",
        port: Int,
        name: String? = nil,
        credentials: Credentials = Credentials()
    ) async throws -> RawClient {
        let connection = try await TCPConnection.connect(host: host, port: port)
        let info = try await connection.expect("INFO ").dropFirst(5)
        let client = RawClient(connection: connection, info: String(info))
        var fields = [
            #""verbose":false,"pedantic":false,"headers":true,"no_responders":true,"lang":"test","version":"1""#
        ]
        for case (let key, let value?) in [
            ("name", name), ("user", credentials.user), ("pass", credentials.password), ("auth_token", credentials.token),
        ] {
            fields.append("\"\(key)\":\"\(value)\"")
        }
        try await connection.send("CONNECT {\(fields.joined(separator: ","))}\r\n")
        try await client.flush()
        return client
    }

    /// Sends protocol text unchanged.
    package func send(_ text: String) async throws {
        try await self.connection.send(text)
    }

    /// Subscribes, and returns when the server has the subscription.
    package func subscribe(to subject: String, queue: String? = nil, sid: String = "1") async throws {
        try await self.send("SUB \(subject) \(queue.map { $0 + " " } ?? "")\(sid)\r\n")
        try await self.flush()
    }

    /// Publishes a message. ``flush(within:)`` returns when the server has it.
    package func publish(_ payload: String, to subject: String, replyTo: String? = nil) async throws {
        let reply = replyTo.map { $0 + " " } ?? ""
        try await self.send("PUB \(subject) \(reply)\(payload.utf8.count)\r\n\(payload)\r\n")
    }

    /// Returns when the server has handled everything sent so far.
    ///
    /// Do not call it concurrently: it cannot distinguish the PONGs of two calls.
    package func flush(within limit: Duration = .waitLimit) async throws {
        try await self.send("PING\r\n")
        try await self.connection.take("a PONG", within: limit) { inbound in
            // Messages before the PONG remain for nextMessage().
            var frames = Frames(inbound.unread)
            var kept: [UInt8] = []
            while let frame = try frames.next() {
                if case .pong = frame.kind {
                    inbound.replaceUnread(upTo: frames.position, with: kept)
                    return ()
                }
                kept += frame.bytes
            }
            return nil
        }
    }

    /// Removes and returns the next message.
    package func nextMessage(within limit: Duration = .waitLimit) async throws -> Message {
        try await self.connection.take("a message", within: limit) { inbound in
            var frames = Frames(inbound.unread)
            while let frame = try frames.next() {
                inbound.consumed = frames.position
                if case .message(let message) = frame.kind { return message }
            }
            return nil
        }
    }

    /// Removes and returns all messages that have arrived. After ``flush(within:)``, this proves that a message did *not*
    /// arrive.
    package func pendingMessages() throws -> [Message] {
        try self.connection.inbound.update { inbound in
            var messages: [Message] = []
            var frames = Frames(inbound.unread)
            while let frame = try frames.next() {
                inbound.consumed = frames.position
                if case .message(let message) = frame.kind { messages.append(message) }
            }
            return messages
        }
    }

    /// Closes the connection.
    package func close() async {
        await self.connection.close()
    }
}

// MARK: Reading

/// Divides received bytes into protocol frames. Written for clarity, not speed.
private struct Frames {
    enum Kind {
        case message(RawClient.Message)
        case pong
        case other
    }

    private let bytes: ArraySlice<UInt8>
    /// The index of the slice where the next frame begins.
    private(set) var position: Int

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        self.position = bytes.startIndex
    }

    /// Returns the next complete frame, or nil if more bytes are needed.
    mutating func next() throws -> (kind: Kind, bytes: ArraySlice<UInt8>)? {
        guard let lineEnd = self.bytes[self.position...].firstIndex(of: UInt8(ascii: "\n")) else { return nil }
        let line = String(decoding: self.bytes[self.position..<lineEnd].filter { $0 != UInt8(ascii: "\r") }, as: UTF8.self)
        let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" }).map(String.init)
        let start = self.position

        switch words.first?.uppercased() {
        case "PONG":
            self.position = lineEnd + 1
            return (.pong, self.bytes[start..<self.position])
        case "PING", "INFO", "+OK":
            self.position = lineEnd + 1
            return (.other, self.bytes[start..<self.position])
        case "MSG":
            guard words.count == 4 || words.count == 5 else { throw RawClient.ServerError(line: line) }
            return try self.message(words, headerLength: 0, from: start, bodyAt: lineEnd + 1)
        case "HMSG":
            guard words.count == 5 || words.count == 6, let length = Int(words[words.count - 2]) else {
                throw RawClient.ServerError(line: line)
            }
            return try self.message(words, headerLength: length, from: start, bodyAt: lineEnd + 1)
        default:
            throw RawClient.ServerError(line: line)
        }
    }

    private mutating func message(
        _ words: [String],
        headerLength: Int,
        from start: Int,
        bodyAt body: Int
    ) throws -> (kind: Kind, bytes: ArraySlice<UInt8>)? {
        guard let length = words.last.flatMap({ Int($0) }), 0...length ~= headerLength else {
            throw RawClient.ServerError(line: words.joined(separator: " "))
        }
        let end = body + length + 2
        guard end <= self.bytes.endIndex else { return nil }
        self.position = end
        let sizes = words[0].uppercased() == "HMSG" ? 2 : 1
        let message = RawClient.Message(
            subject: words[1],
            sid: words[2],
            replyTo: words.count == 4 + sizes ? words[3] : nil,
            headers: Array(self.bytes[body..<body + headerLength]),
            payload: Array(self.bytes[body + headerLength..<body + length])
        )
        return (.message(message), self.bytes[start..<end])
    }
}
