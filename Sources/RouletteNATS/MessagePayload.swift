public import NIOCore

/// Bytes that can be published without an intermediate copy.
///
/// A payload may be borrowed memory, such as a `Span`. It is never used after the call.
public protocol MessagePayload: ~Copyable, ~Escapable {
    /// Calls `body` with the bytes of the payload, which are only valid during the call.
    func withPayloadBytes<R, Failure: Error>(_ body: (UnsafeRawBufferPointer) throws(Failure) -> R) throws(Failure) -> R
}

extension [UInt8]: MessagePayload {
    /// Calls `body` with the elements.
    @inlinable
    public func withPayloadBytes<R, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> R
    ) throws(Failure) -> R {
        try withUnsafeBufferPointer { elements throws(Failure) in try body(UnsafeRawBufferPointer(elements)) }
    }
}

extension ArraySlice<UInt8>: MessagePayload {
    /// Calls `body` with the elements.
    @inlinable
    public func withPayloadBytes<R, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> R
    ) throws(Failure) -> R {
        try withUnsafeBufferPointer { elements throws(Failure) in try body(UnsafeRawBufferPointer(elements)) }
    }
}

extension Span: MessagePayload where Element == UInt8 {
    /// Calls `body` with the elements.
    @inlinable
    public func withPayloadBytes<R, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> R
    ) throws(Failure) -> R {
        try withUnsafeBytes { bytes throws(Failure) in try body(bytes) }
    }
}

extension RawSpan: MessagePayload {
    /// Calls `body` with all bytes.
    @inlinable
    public func withPayloadBytes<R, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> R
    ) throws(Failure) -> R {
        try withUnsafeBytes { bytes throws(Failure) in try body(bytes) }
    }
}

extension ByteBuffer: MessagePayload {
    /// Calls `body` with the readable bytes.
    @inlinable
    public func withPayloadBytes<R, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> R
    ) throws(Failure) -> R {
        try withUnsafeReadableBytes(body)
    }
}

extension String: MessagePayload {
    /// Calls `body` with the UTF-8 bytes.
    @inlinable
    public func withPayloadBytes<R, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> R
    ) throws(Failure) -> R {
        // Swift strings are contiguous UTF-8, except those bridged from Objective-C, which are copied.
        let result = utf8.withContiguousStorageIfAvailable { bytes -> Result<R, Failure> in
            Result { () throws(Failure) in try body(UnsafeRawBufferPointer(bytes)) }
        }
        if let result { return try result.get() }
        return try Array(utf8).withPayloadBytes(body)
    }
}
