import NATSWire
import NIOCore
import Testing

@testable import RouletteNATS

@Suite("The outbound buffer")
struct OutboundBufferTests {
    private func append(_ text: String, to buffer: OutboundBuffer) -> OutboundBuffer.Append {
        Array(text.utf8).withUnsafeBytes { bytes in
            buffer.append(subject: "orders.eu", reply: nil, headers: nil, payload: bytes)
        }
    }

    private func connected(capacity: Int = 4096) -> OutboundBuffer {
        let buffer = OutboundBuffer(capacity: capacity, disconnectedCapacity: 0)
        _ = buffer.connected(maxPayload: 1 << 20, acceptsHeaders: true)
        // Consumes the wake-up that connecting implies.
        var nothing = ByteBuffer()
        #expect(buffer.takeFrames(into: &nothing) == nil)
        return buffer
    }

    @Test
    func `frames are taken whole and in order, and the event loop is woken once`() throws {
        let buffer = connected()
        guard case .accepted(wake: true, sequence: 1) = append("one", to: buffer),
            case .accepted(wake: false, sequence: 2) = append("two", to: buffer)
        else {
            Issue.record("not accepted, or woken twice")
            return
        }
        var frames = ByteBuffer()
        let taken = try #require(buffer.takeFrames(into: &frames))
        #expect(taken.messages == 2)
        #expect(String(buffer: frames) == "PUB orders.eu 3\r\none\r\nPUB orders.eu 3\r\ntwo\r\n")
        #expect(buffer.counters.messages == 2)
        #expect(buffer.counters.bufferedMessages == 0)
        #expect(buffer.counters.bufferedBytes == frames.readableBytes)
        #expect(buffer.counters.leavingMessages == 2 && buffer.backlog.leavingMessages == 2)
        buffer.written()
        #expect(buffer.counters.bufferedBytes == 0)
        #expect(buffer.counters.leavingMessages == 0)
    }

    @Test
    func `a snapshot counts messages that have left the buffer and are not counted by the connection yet`() throws {
        let buffer = connected()
        let status = ConnectionStatus { .now() }
        func unconfirmed() -> (unconfirmed: UInt64, buffered: Int) {
            let snapshot = status.snapshot(
                outbound: buffer.counters,
                requests: (0, 0),
                maxPingFailure: 2,
                speaksTLSFirst: false
            )
            return (snapshot.unconfirmed, snapshot.bufferedMessages)
        }
        for body in ["one", "two"] { _ = append(body, to: buffer) }
        #expect(unconfirmed() == (0, 2))
        var frames = ByteBuffer()
        let taken = try #require(buffer.takeFrames(into: &frames))
        // Without this, a flush at this moment would find nothing to wait for.
        #expect(unconfirmed() == (2, 0))
        status.update { $0.handedOver += UInt64(taken.messages) }
        #expect(unconfirmed() == (2, 0))
        buffer.written()
        #expect(unconfirmed() == (2, 0))
        status.update { $0.settled = $0.handedOver }
        #expect(unconfirmed() == (0, 0))
    }

    @Test
    func `taking the next frames implies that the previous ones are written`() throws {
        let buffer = connected(capacity: 100)
        _ = append(String(repeating: "x", count: 60), to: buffer)
        var frames = ByteBuffer()
        _ = try #require(buffer.takeFrames(into: &frames))
        guard case .full(let waiter) = append(String(repeating: "y", count: 60), to: buffer) else {
            Issue.record("frames that are being written count")
            return
        }
        frames.clear()
        #expect(buffer.takeFrames(into: &frames) == nil)
        #expect(waiter.isSettled)
        #expect(buffer.counters.bufferedBytes == 0)
    }

    @Test
    func `with a full buffer, publishers wait until half of it is written`() throws {
        let buffer = connected(capacity: 100)
        guard case .accepted = append(String(repeating: "x", count: 60), to: buffer) else {
            Issue.record("not accepted")
            return
        }
        guard case .full(let waiter) = append(String(repeating: "y", count: 60), to: buffer) else {
            Issue.record("accepted beyond the limit")
            return
        }
        var frames = ByteBuffer()
        _ = try #require(buffer.takeFrames(into: &frames))
        guard case .full = append(String(repeating: "y", count: 60), to: buffer) else {
            Issue.record("frames that are being written count too")
            return
        }
        #expect(!waiter.isSettled)
        buffer.written()
        #expect(waiter.isSettled)
        guard case .accepted = append(String(repeating: "y", count: 60), to: buffer) else {
            Issue.record("no space after the write")
            return
        }
    }

    @Test
    func `a frame larger than the buffer is accepted if the buffer is empty`() {
        let buffer = connected(capacity: 100)
        guard case .accepted = append(String(repeating: "x", count: 500), to: buffer) else {
            Issue.record("refused")
            return
        }
    }

    @Test
    func `without a connection, messages are accepted only if a reconnect buffer is configured`() throws {
        let none = OutboundBuffer(capacity: 4096, disconnectedCapacity: 0)
        guard case .refused(let error) = append("x", to: none) else {
            Issue.record("accepted")
            return
        }
        #expect(error.code == .notConnected)

        let some = OutboundBuffer(capacity: 4096, disconnectedCapacity: 50)
        guard case .accepted(wake: false, sequence: 1) = append("kept", to: some) else {
            Issue.record("refused")
            return
        }
        guard case .refused(let full) = append(String(repeating: "x", count: 60), to: some) else {
            Issue.record("accepted beyond the limit")
            return
        }
        #expect(full.code == .bufferFull)
        _ = some.connected(maxPayload: 1 << 20, acceptsHeaders: true)
        var frames = ByteBuffer()
        #expect(try #require(some.takeFrames(into: &frames)).messages == 1)
        #expect(String(buffer: frames) == "PUB orders.eu 4\r\nkept\r\n")
    }

    @Test
    func `frames that were not taken survive the loss of the connection, but flushes do not`() throws {
        let buffer = connected()
        _ = append("one", to: buffer)
        var frames = ByteBuffer()
        _ = buffer.takeFrames(into: &frames)
        _ = append("two", to: buffer)
        let flush = Waiter()
        _ = try buffer.requestFlush(flush)
        buffer.disconnected(NATSError(.disconnected, "gone"))
        #expect(flush.isSettled)
        #expect(buffer.takeFrames(into: &frames) == nil)
        _ = buffer.connected(maxPayload: 1 << 20, acceptsHeaders: true)
        frames.clear()
        #expect(try #require(buffer.takeFrames(into: &frames)).messages == 1)
        #expect(String(buffer: frames) == "PUB orders.eu 3\r\ntwo\r\n")
    }

    @Test
    func `the server's limits are checked before anything is buffered`() throws {
        let buffer = connected()
        buffer.limitsChanged(maxPayload: 3, acceptsHeaders: false)
        guard case .accepted = append("abc", to: buffer) else {
            Issue.record("a payload of exactly the limit is allowed")
            return
        }
        guard case .refused(let tooLarge) = append("abcd", to: buffer) else {
            Issue.record("accepted")
            return
        }
        #expect(tooLarge.code == .payloadTooLarge)
        #expect(tooLarge.message == "the payload has 4 bytes, the server accepts at most 3")
        var headers = Headers()
        try headers.add("A", "b")
        let result = [UInt8]().withUnsafeBytes { bytes in
            buffer.append(subject: "orders.eu", reply: nil, headers: headers, payload: bytes)
        }
        guard case .refused(let unsupported) = result else {
            Issue.record("accepted")
            return
        }
        #expect(unsupported.code == .headers)
    }

    @Test
    func `closing refuses new messages and counts the dropped ones`() {
        let buffer = connected()
        _ = append("one", to: buffer)
        _ = append("two", to: buffer)
        #expect(buffer.close() == 2)
        guard case .refused(let error) = append("x", to: buffer) else {
            Issue.record("accepted")
            return
        }
        #expect(error.code == .closed)
    }

    @Test
    func `messages that the next server would not accept are dropped and counted, and the others stay in order`() throws {
        let buffer = OutboundBuffer(capacity: 4096, disconnectedCapacity: 4096)
        for size in [3, 100, 5, 101, 0] { _ = append(String(repeating: "x", count: size), to: buffer) }
        #expect(buffer.connected(maxPayload: 100, acceptsHeaders: true) == 1)
        var frames = ByteBuffer()
        let taken = try #require(buffer.takeFrames(into: &frames))
        #expect(taken.messages == 4)
        let sizes = String(buffer: frames).split(separator: "\r\n").compactMap { line in
            line.hasPrefix("PUB") ? line.split(separator: " ").last.map(String.init) : nil
        }
        #expect(sizes == ["3", "100", "5", "0"])
    }

    @Test
    func `headers count toward the size, and messages that fit are kept`() throws {
        let buffer = OutboundBuffer(capacity: 4096, disconnectedCapacity: 4096)
        var headers = Headers()
        try headers.add("Name", "value")
        let payload = [UInt8](repeating: 1, count: 50)
        _ = payload.withUnsafeBytes { buffer.append(subject: "a", reply: nil, headers: headers, payload: $0) }
        #expect(buffer.connected(maxPayload: 50 + headers.encodedSize, acceptsHeaders: true) == 0)
        buffer.disconnected(.closedByPeer)
        #expect(buffer.connected(maxPayload: 50 + headers.encodedSize - 1, acceptsHeaders: true) == 1)
        #expect(buffer.counters.bufferedMessages == 0)
        #expect(buffer.counters.bufferedBytes == 0)
    }

    @Test
    func `while draining, new messages are refused and buffered ones are still sent`() throws {
        let buffer = connected()
        _ = append("last", to: buffer)
        buffer.beginDraining()
        guard case .refused(let error) = append("late", to: buffer) else {
            Issue.record("accepted while draining")
            return
        }
        #expect(error.code == .draining)
        var frames = ByteBuffer()
        #expect(try #require(buffer.takeFrames(into: &frames)).messages == 1)
    }

    @Test
    func `while consumers are drained, they may publish, and requests and answers are accepted`() async throws {
        let buffer = connected()
        let consumers = Consumers()
        buffer.beginDraining(except: consumers)
        guard case .refused(.clientDraining) = append("from elsewhere", to: buffer) else {
            Issue.record("accepted while draining")
            return
        }
        let answer = "answer".utf8CString.withUnsafeBytes { bytes in
            "a".utf8CString.withUnsafeBytes { subject in
                buffer.append(
                    validSubject: UnsafeRawBufferPointer(rebasing: subject[..<1]),
                    reply: nil,
                    headers: nil,
                    payload: bytes,
                    completesWork: true
                )
            }
        }
        guard case .accepted = answer else {
            Issue.record("an answer was refused")
            return
        }
        await consumers.run {
            guard case .accepted = append("from a consumer", to: buffer) else {
                Issue.record("a consumer was refused")
                return
            }
            buffer.beginDraining()
            guard case .refused(.clientDraining) = append("too late", to: buffer) else {
                Issue.record("accepted after the consumers were done")
                return
            }
        }
    }

    @Test
    func `a publisher that waits for space when a drain begins tries again, and is refused`() throws {
        let buffer = connected(capacity: 10)
        _ = append("fills the buffer", to: buffer)
        guard case .full(let waiter) = append("waits", to: buffer) else {
            Issue.record("not full")
            return
        }
        buffer.beginDraining(except: Consumers())
        #expect(waiter.isSettled)
        guard case .refused(.clientDraining) = append("waits", to: buffer) else {
            Issue.record("accepted while draining")
            return
        }
    }
}
