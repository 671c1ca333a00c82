public import Foundation
public import NIOCore
import NIOFoundationCompat
public import Roulette

/// Encodes and decodes payloads as JSON, with Foundation's `JSONEncoder` and `JSONDecoder`.
///
/// ```swift
/// configuration.coder = JSONCoder()
/// ```
public struct JSONCoder: MessageCoder {
    private let encoder: JSONEncoder
    private let decoder: JSONDecoder

    /// Creates a coder.
    ///
    /// - Parameters:
    ///   - encoder: Encodes the values. Do not change it afterwards.
    ///   - decoder: Decodes the values. Do not change it afterwards.
    public init(encoder: JSONEncoder = JSONEncoder(), decoder: JSONDecoder = JSONDecoder()) {
        self.encoder = encoder
        self.decoder = decoder
    }

    /// Encodes a value.
    public func encode(_ value: some Encodable) throws -> ByteBuffer {
        try encoder.encodeAsByteBuffer(value, allocator: ByteBufferAllocator())
    }

    /// Decodes a value.
    public func decode<Value: Decodable>(_ type: Value.Type, from payload: ByteBuffer) throws -> Value {
        try decoder.decode(type, from: payload)
    }
}
