import DequeModule
import NIOCore

/// How the control frames of a socket (CONNECT, SUB, UNSUB, PING, PONG) get out within bounds.
///
/// The socket is given one piece at a time. A peer that does not read keeps that piece, the write deadline sees it, and what
/// gathers behind it is bounded: PONGs by their number, everything else by its bytes.
struct ControlFrameWriter {
    /// The largest piece. It has the whole write deadline for itself.
    static let pieceSize = 1 << 20
    /// More waiting bytes than these, besides what sending all subscriptions again takes, end the connection.
    static let limit = 16 << 20
    /// PONGs that may wait. A server takes one for all PINGs before it.
    static let maxPongs = 16

    /// When the piece under way was handed over.
    private(set) var started: NIODeadline?
    /// Bytes of the piece under way.
    private(set) var underWay = 0
    /// Bytes of subscriptions that were sent again.
    var resubscribed = 0
    private var taken: UInt64 = 0
    private var pongs = 0
    private var waiters: Deque<(end: UInt64, waiter: Waiter)> = []

    /// Whether one more PONG may be written.
    mutating func mayAddPong() -> Bool {
        guard pongs < Self.maxPongs else { return false }
        pongs += 1
        return true
    }

    /// Resolves the waiter when the socket has taken everything that is in `frames` now.
    mutating func notify(_ waiter: Waiter, behind frames: ByteBuffer) {
        waiters.append((taken + UInt64(frames.readableBytes), waiter))
    }

    /// Takes the next piece out, unless one is under way.
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

    /// The socket has taken the piece.
    /// - Returns: Those that waited for it.
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

    /// Whether more waits than a peer that reads ever lets gather.
    func isOverfull(_ frames: ByteBuffer) -> Bool {
        frames.readableBytes > Self.limit + resubscribed
    }

    /// The socket is gone.
    mutating func abandon() -> [Waiter] {
        defer { self = ControlFrameWriter() }
        return waiters.map(\.waiter)
    }
}
