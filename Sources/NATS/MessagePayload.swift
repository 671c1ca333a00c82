public import NIOCore

/// Bytes that can be published without being copied on the way to the outbound buffer.
public protocol MessagePayload {
    /// Calls `body` with the bytes of the payload, which are only valid during the call.
    func withPayloadBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R
}

extension [UInt8]: MessagePayload {
    /// The elements.
    @inlinable
    public func withPayloadBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        try withUnsafeBytes(body)
    }
}

extension ArraySlice<UInt8>: MessagePayload {
    /// The elements.
    @inlinable
    public func withPayloadBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        try withUnsafeBytes(body)
    }
}

extension ByteBuffer: MessagePayload {
    /// The readable bytes.
    @inlinable
    public func withPayloadBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        try withUnsafeReadableBytes(body)
    }
}

extension String: MessagePayload {
    /// The UTF-8 bytes.
    @inlinable
    public func withPayloadBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        // A Swift string is contiguous UTF-8 but for those bridged from Objective-C, which are copied.
        if let result = try utf8.withContiguousStorageIfAvailable({ try body(UnsafeRawBufferPointer($0)) }) { return result }
        return try Array(utf8).withUnsafeBytes(body)
    }
}
