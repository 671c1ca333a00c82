public import NIOCore

/// Bytes that can be published without being copied on the way to the outbound buffer.
///
/// A payload may be borrowed memory: a `Span` can be published and never outlives the call.
public protocol MessagePayload: ~Copyable, ~Escapable {
    /// Calls `body` with the bytes of the payload, which are only valid during the call.
    func withPayloadBytes<R, Failure: Error>(_ body: (UnsafeRawBufferPointer) throws(Failure) -> R) throws(Failure) -> R
}

extension [UInt8]: MessagePayload {
    /// The elements.
    @inlinable
    public func withPayloadBytes<R, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> R
    ) throws(Failure) -> R {
        try withUnsafeBufferPointer { elements throws(Failure) in try body(UnsafeRawBufferPointer(elements)) }
    }
}

extension ArraySlice<UInt8>: MessagePayload {
    /// The elements.
    @inlinable
    public func withPayloadBytes<R, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> R
    ) throws(Failure) -> R {
        try withUnsafeBufferPointer { elements throws(Failure) in try body(UnsafeRawBufferPointer(elements)) }
    }
}

extension Span: MessagePayload where Element == UInt8 {
    /// The elements.
    @inlinable
    public func withPayloadBytes<R, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> R
    ) throws(Failure) -> R {
        try withUnsafeBytes { bytes throws(Failure) in try body(bytes) }
    }
}

extension RawSpan: MessagePayload {
    /// All bytes.
    @inlinable
    public func withPayloadBytes<R, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> R
    ) throws(Failure) -> R {
        try withUnsafeBytes { bytes throws(Failure) in try body(bytes) }
    }
}

extension ByteBuffer: MessagePayload {
    /// The readable bytes.
    @inlinable
    public func withPayloadBytes<R, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> R
    ) throws(Failure) -> R {
        try withUnsafeReadableBytes(body)
    }
}

extension String: MessagePayload {
    /// The UTF-8 bytes.
    @inlinable
    public func withPayloadBytes<R, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> R
    ) throws(Failure) -> R {
        // A Swift string is contiguous UTF-8 but for those bridged from Objective-C, which are copied.
        let result = utf8.withContiguousStorageIfAvailable { bytes -> Result<R, Failure> in
            Result { () throws(Failure) in try body(UnsafeRawBufferPointer(bytes)) }
        }
        if let result { return try result.get() }
        return try Array(utf8).withPayloadBytes(body)
    }
}
