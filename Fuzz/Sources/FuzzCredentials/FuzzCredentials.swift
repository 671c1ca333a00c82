import FuzzSupport

@testable import NATS

/// The input is the text of a .creds or NKEY file, and also a seed of its own.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let text = String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)

    if let jwt = read(text, { text throws(NATSError) in try CredentialsFile.jwtAndSeed(in: text).jwt }) {
        require(!jwt.value.isEmpty && !jwt.value.contains(where: \.isWhitespace), "a JWT is no word")
        require(text.contains(jwt.value), "a JWT is not in the file")
        require("\(jwt)" == "<redacted>", "a JWT shows")
    }
    if let seed = read(text, { text throws(NATSError) in try CredentialsFile.seed(in: text) }) {
        require(!seed.value.isEmpty, "a seed is empty")
        require(text.contains(seed.value), "a seed is not in the file")
        requireKey(seed)
    }
    requireKey(Secret(text))
    return 0
}

/// What a file holds, or nil with an error that repeats nothing of it.
private func read(_ text: String, _ parse: (String) throws(NATSError) -> Secret) -> Secret? {
    do throws(NATSError) {
        return try parse(text)
    } catch {
        // Longer words than these are in the messages themselves.
        for line in text.split(whereSeparator: \.isNewline) where line.utf8.count > 24 && !line.contains("-----") {
            require(!error.message.contains(line), "an error repeats the file: \(error.message)")
        }
        return nil
    }
}

/// A seed that is one is written as it was read, and signs; what is none is refused without being repeated.
private func requireKey(_ seed: Secret) {
    do {
        let key = try NKey(seed: seed)
        require(key.seed.value == seed.value, "a seed is another one when it is written again")
        require(key.publicKey.utf8.count == 56 && key.publicKey.first == "U", "a public key is none")
        require((try? key.sign([1, 2, 3]))?.utf8.count == 86, "a key does not sign")
    } catch {
        require(seed.value.utf8.count < 24 || !"\(error)".contains(seed.value), "an error repeats the seed")
    }
}
