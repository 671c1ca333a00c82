import DequeModule
import NIOCore

/// Limits the control frames of a socket (CONNECT, SUB, UNSUB, PING, PONG) that wait to be written.
///
/// The socket is given one piece at a time. If the peer does not read, the piece stays and the write timeout detects it. What
/// waits behind it is bounded: PONGs by their number, everything else by its bytes.
struct ControlFrameWriter {
    /// The largest piece. Each piece has the whole write timeout.
    static let pieceSize = 1 << 20
    /// The connection is closed if more bytes wait, not counting the bytes that repeat all subscriptions.
    static let limit = 16 << 20
    /// The number of PONGs that may wait. A server accepts one PONG for all PINGs before it.
    static let maxPongs = 16

    /// When the current piece was handed to the socket.
    private(set) var started: NIODeadline?
    /// Bytes of the current piece.
    private(set) var underWay = 0
    /// Bytes of subscriptions that were sent again.
    var resubscribed = 0
    private var taken: UInt64 = 0
    private var pongs = 0
    private var waiters: Deque<(end: UInt64, waiter: Waiter)> = []

    /// Returns whether one more PONG may be written, and counts it.
    mutating func mayAddPong() -> Bool {
        guard pongs < Self.maxPongs else { return false }
        pongs += 1
        return true
    }

    /// Resolves the waiter when the socket has accepted everything that is in `frames` now.
    mutating func notify(_ waiter: Waiter, behind frames: ByteBuffer) {
        waiters.append((taken + UInt64(frames.readableBytes), waiter))
    }

    /// Removes and returns the next piece, unless a piece is being written.
    mutating func nextPiece(of frames: inout ByteBuffer, now: NIODeadline) -> ByteBuffer? {
        guard started == nil, frames.readableBytes > 0 else { return nil }
        var piece: ByteBuffer
        if frames.readableBytes > Self.pieceSize, let part = frames.readSlice(length: Self.pieceSize) {
            piece = part
        } else {
            piece = ByteBuffer()
            swap(&piece, &frames)
            pongs = 0
            resubscribed = 0
        }
        started = now
        underWay = piece.readableBytes
        taken += UInt64(piece.readableBytes)
        return piece
    }

    /// Records that the socket has accepted the piece.
    /// - Returns: The waiters for it.
    mutating func written() -> [Waiter] {
        started = nil
        underWay = 0
        var done: [Waiter] = []
        while let first = waiters.first, first.end <= taken {
            done.append(first.waiter)
            waiters.removeFirst()
        }
        return done
    }

    /// Returns whether more bytes wait than can accumulate for a peer that reads.
    func isOverfull(_ frames: ByteBuffer) -> Bool {
        frames.readableBytes > Self.limit + resubscribed
    }

    /// Resets the state because the socket is closed.
    mutating func abandon() -> [Waiter] {
        defer { self = ControlFrameWriter() }
        return waiters.map(\.waiter)
    }
}
