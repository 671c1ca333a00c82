import FuzzSupport

@testable import NATS

/// The input is the text of a .creds or NKEY file, and also a single seed.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let text = String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)

    if let jwt = read(text, { text throws(NATSError) in try CredentialsFile.jwtAndSeed(in: text).jwt }) {
        require(!jwt.value.isEmpty && !jwt.value.contains(where: \.isWhitespace), "a JWT is not a word")
        require(text.contains(jwt.value), "a JWT is not in the file")
        require("\(jwt)" == "<redacted>", "a description shows a JWT")
    }
    if let seed = read(text, { text throws(NATSError) in try CredentialsFile.seed(in: text) }) {
        require(!seed.value.isEmpty, "a seed is empty")
        require(text.contains(seed.value), "a seed is not in the file")
        requireKey(seed)
    }
    requireKey(Secret(text))
    return 0
}

/// Returns the contents of a file, or nil after checking that the error repeats nothing from the file.
private func read(_ text: String, _ parse: (String) throws(NATSError) -> Secret) -> Secret? {
    do throws(NATSError) {
        return try parse(text)
    } catch {
        // Shorter words also occur in the messages.
        for line in text.split(whereSeparator: \.isNewline) where line.utf8.count > 24 && !line.contains("-----") {
            require(!error.message.contains(line), "an error repeats the file: \(error.message)")
        }
        return nil
    }
}

/// A valid seed is written as it was read, and can sign. An error for an invalid seed does not repeat it.
private func requireKey(_ seed: Secret) {
    do {
        let key = try NKey(seed: seed)
        require(key.seed.value == seed.value, "a seed changes when it is written again")
        require(key.publicKey.utf8.count == 56 && key.publicKey.first == "U", "a public key is invalid")
        require((try? key.sign([1, 2, 3]))?.utf8.count == 86, "a key cannot sign")
    } catch {
        require(seed.value.utf8.count < 24 || !"\(error)".contains(seed.value), "an error repeats the seed")
    }
}
