import NIOCore

/// Frames one behind the other, written straight into the memory of a `ByteBuffer`.
///
/// A `ByteBuffer` checks for each write whether it shares its storage and whether anybody else accesses it, which takes
/// longer than writing a small frame. Here that is settled once: the storage is retained while it is filled, as NIO asks of
/// whoever keeps a pointer into it, and nothing else touches the buffer meanwhile.
struct FrameBuffer: ~Copyable {
    private var buffer = ByteBuffer()
    /// Retained; present exactly when there is room to write to.
    private var storage: Unmanaged<AnyObject>?
    private var memory: UnsafeMutableRawBufferPointer
    /// The bytes of all frames.
    private(set) var count = 0

    init() {
        memory = UnsafeMutableRawBufferPointer(start: nil, count: 0)
    }

    deinit {
        storage?.release()
    }

    /// Appends a frame.
    /// - Parameters:
    ///   - size: its exact size in bytes, more than zero.
    ///   - write: writes exactly that many bytes.
    @inline(__always)
    mutating func append(size: Int, _ write: (UnsafeMutableRawBufferPointer) -> Void) {
        if count + size > memory.count { makeRoom(for: size) }
        write(UnsafeMutableRawBufferPointer(rebasing: memory[count..<count + size]))
        count += size
    }

    /// Exchanges the frames for what `other` holds, whose storage is filled next.
    mutating func exchange(with other: inout ByteBuffer) {
        unpin()
        swap(&buffer, &other)
        count = buffer.readableBytes
        // Memory that a huge burst left behind is good enough for what comes; an empty buffer gets its own with the first frame.
        if buffer.capacity > 0 { pin() }
    }

    /// Changes the frames as a whole.
    mutating func modify<R>(_ body: (inout ByteBuffer) -> R) -> R {
        unpin()
        defer {
            count = buffer.readableBytes
            if buffer.capacity > 0 { pin() }
        }
        return body(&buffer)
    }

    /// Drops the frames and their memory.
    mutating func removeAll() {
        unpin()
        buffer = ByteBuffer()
        count = 0
    }

    @inline(never)
    private mutating func makeRoom(for size: Int) {
        unpin()
        // Its growth is geometric.
        buffer.reserveCapacity(minimumWritableBytes: max(size, 1 << 12))
        pin()
    }

    /// Retains the storage and remembers where it is.
    private mutating func pin() {
        // Copies the storage if it is shared: what is written from now on may only be seen here.
        buffer.withVeryUnsafeMutableBytes { _ in }
        (memory, storage) = buffer.withVeryUnsafeBytesWithStorageManagement { bytes, storage in
            (UnsafeMutableRawBufferPointer(mutating: bytes), storage.retain())
        }
    }

    /// Gives the storage back to the buffer, together with what was written to it.
    private mutating func unpin() {
        guard let storage else { return }
        storage.release()
        self.storage = nil
        memory = UnsafeMutableRawBufferPointer(start: nil, count: 0)
        buffer.moveWriterIndex(to: count)
    }
}

// It owns the memory that its pointer leads to, as any collection does.
extension FrameBuffer: @unchecked Sendable {}
