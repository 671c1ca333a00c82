internal import CPrefetch
import NIOCore

/// A sequence of frames, written directly into the memory of a `ByteBuffer`.
///
/// For each write, a `ByteBuffer` checks whether its storage is shared and whether accesses overlap, which takes longer than
/// writing a small frame. This type checks once. It retains the storage while it is being filled, as NIO requires for a pointer
/// that is kept, and nothing else accesses the buffer meanwhile.
struct FrameBuffer: ~Copyable {
    private var buffer = ByteBuffer()
    /// The retained storage. Not nil exactly if there is memory to write to.
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
    ///   - size: The exact size in bytes, more than zero.
    ///   - write: Writes exactly that many bytes.
    @inline(__always)
    mutating func append(size: Int, _ write: (UnsafeMutableRawBufferPointer) -> Void) {
        if count + size > memory.count { makeRoom(for: size) }
        write(UnsafeMutableRawBufferPointer(rebasing: memory[count..<count + size]))
        count += size
        prefetch()
    }

    /// Fetches the memory of the next frame. The event loop has read it on another processor, and many connections take turns.
    @inline(__always)
    private func prefetch() {
        guard let next = memory.baseAddress?.advanced(by: count) else { return }
        cprefetch_for_writing(next + 64)
        cprefetch_for_writing(next + 128)
        cprefetch_for_writing(next + 192)
    }

    /// Swaps the frames with the contents of `other`, whose storage is filled next.
    mutating func exchange(with other: inout ByteBuffer) {
        unpin()
        swap(&buffer, &other)
        count = buffer.readableBytes
        // Reuse even large memory from a burst. An empty buffer allocates memory with its first frame.
        if buffer.capacity > 0 { pin() }
    }

    /// Calls a closure that may change all frames.
    mutating func modify<R>(_ body: (inout ByteBuffer) -> R) -> R {
        unpin()
        defer {
            count = buffer.readableBytes
            if buffer.capacity > 0 { pin() }
        }
        return body(&buffer)
    }

    /// Removes the frames and releases their memory.
    mutating func removeAll() {
        unpin()
        buffer = ByteBuffer()
        count = 0
    }

    @inline(never)
    private mutating func makeRoom(for size: Int) {
        unpin()
        // `ByteBuffer` grows geometrically.
        buffer.reserveCapacity(minimumWritableBytes: max(size, 1 << 12))
        pin()
    }

    /// Retains the storage and stores its address.
    private mutating func pin() {
        // Copy the storage if it is shared, so that the following writes are not visible elsewhere.
        buffer.withVeryUnsafeMutableBytes { _ in }
        (memory, storage) = buffer.withVeryUnsafeBytesWithStorageManagement { bytes, storage in
            (UnsafeMutableRawBufferPointer(mutating: bytes), storage.retain())
        }
    }

    /// Releases the storage and updates the length of the buffer.
    private mutating func unpin() {
        guard let storage else { return }
        storage.release()
        self.storage = nil
        memory = UnsafeMutableRawBufferPointer(start: nil, count: 0)
        buffer.moveWriterIndex(to: count)
    }
}

// The type owns the memory that it points to, as a collection does.
extension FrameBuffer: @unchecked Sendable {}
