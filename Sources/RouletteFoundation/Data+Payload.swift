public import Foundation
import NIOFoundationCompat
public import Roulette
public import RouletteNATS

extension Data: MessagePayload {
    /// Calls `body` with the bytes.
    public func withPayloadBytes<R, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> R
    ) throws(Failure) -> R {
        // `withUnsafeBytes` has no typed error.
        let result = withUnsafeBytes { bytes in
            Result { () throws(Failure) in try body(bytes) }
        }
        return try result.get()
    }
}

extension Message {
    /// The payload as `Data`, a copy.
    public var data: Data { Data(buffer: payload) }
}
