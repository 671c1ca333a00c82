import FuzzSupport
import NATSWire

/// The input is a header block as it stands in an HMSG.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let block = UnsafeRawBufferPointer(start: start, count: count)
    guard let headers = try? Headers(block: block) else { return 0 }
    require(headers.count <= Headers.maxFields, "more fields than are allowed")

    let written = headers.encoded()
    guard let again = try? written.withUnsafeBytes({ try Headers(block: $0) }) else {
        require(false, "a block that was read cannot be read again once it is written: \(headers)")
        return 0
    }
    require(again == headers, "reading what was written gives others: \(headers) and \(again)")
    require(again.encoded() == written, "the second writing differs from the first: \(headers)")
    headers.requireSendable()
    return 0
}

extension Headers {
    fileprivate func encoded() -> [UInt8] {
        var bytes = [UInt8](repeating: 0xFF, count: encodedSize)
        let count = bytes.withUnsafeMutableBytes { write(into: $0) }
        require(count == bytes.count, "encodedSize is \(bytes.count), written were \(count)")
        return bytes
    }

    /// Whoever forwards what was received may have to build it anew: no field may be one that cannot be sent.
    fileprivate func requireSendable() {
        var rebuilt = Headers()
        for field in self {
            do {
                try rebuilt.add(field.name, field.value)
            } catch {
                require(false, "a field that was received cannot be sent: \(error)")
            }
        }
        if let first {
            require(self[first.name]?.utf8.elementsEqual(first.value.utf8) == true, "a field is not found by its name")
        }
        require(Array(rebuilt) == Array(self), "fields are others once rebuilt")
    }
}
