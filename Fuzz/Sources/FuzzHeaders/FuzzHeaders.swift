import FuzzSupport
import NATSWire

@main
enum FuzzHeaders {
    static func main() { runFuzzer(fuzzOneInput) }
}

/// The input is the header block of an HMSG.
private func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let block = UnsafeRawBufferPointer(start: start, count: count)
    guard let headers = try? Headers(block: block) else { return 0 }
    require(headers.count <= Headers.maxFields, "there are more fields than allowed")

    let written = headers.encoded()
    guard let again = try? written.withUnsafeBytes({ try Headers(block: $0) }) else {
        require(false, "a decoded block cannot be decoded again after writing it: \(headers)")
        return 0
    }
    require(again == headers, "headers change when they are written and decoded: \(headers) and \(again)")
    require(again.encoded() == written, "writing the headers a second time gives another block: \(headers)")
    headers.requireSendable()
    return 0
}

extension Headers {
    fileprivate func encoded() -> [UInt8] {
        var bytes = [UInt8](repeating: 0xFF, count: encodedSize)
        let count = bytes.withUnsafeMutableBytes { write(into: $0) }
        require(count == bytes.count, "encodedSize is \(bytes.count), but \(count) bytes were written")
        return bytes
    }

    /// A program that forwards a message may have to rebuild its headers, so every decoded field must be sendable.
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
        require(Array(rebuilt) == Array(self), "fields change when they are rebuilt")
    }
}
