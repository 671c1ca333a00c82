public import NIOCore
import RouletteNATS

/// Encodes values as payloads, and decodes them.
///
/// Set one as ``RouletteConfiguration/coder``. The product `RouletteFoundation` has one for JSON; write a coder for any other
/// format.
public protocol MessageCoder: Sendable {
    /// Encodes a value.
    func encode(_ value: some Encodable) throws -> ByteBuffer
    /// Decodes a value. The payload is untrusted.
    func decode<Value: Decodable>(_ type: Value.Type, from payload: ByteBuffer) throws -> Value
}

extension MessageCoder? {
    /// Encodes a value.
    /// - Throws: ``RouletteError/Code/coding``, or ``RouletteError/Code/configuration`` without a coder.
    func payload(of value: some Encodable) throws(RouletteError) -> ByteBuffer {
        let coder = try required()
        do {
            return try coder.encode(value)
        } catch {
            let reason = printable("\(error)")
            throw RouletteError(.coding, "a value of the type \(type(of: value)) cannot be encoded: \(reason)", cause: error)
        }
    }

    /// - Throws: ``RouletteError/Code/configuration`` without a coder.
    func required() throws(RouletteError) -> any MessageCoder {
        guard let self else {
            throw RouletteError(
                .configuration,
                "there is no coder; set coder in the RouletteConfiguration, for example to the JSONCoder of RouletteFoundation"
            )
        }
        return self
    }
}
