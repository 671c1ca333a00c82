import FuzzSupport

@testable import RouletteNATS

@main
enum FuzzCredentials {
    static func main() { runFuzzer(fuzzOneInput) }
}

/// The input is the text of a .creds or NKEY file, and also a single seed.
private func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let text = String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)

    if let jwt = read(text, { text throws(NATSError) in try CredentialsFile.jwtAndSeed(in: text).jwt }) {
        require(!jwt.value.isEmpty && !jwt.value.contains(where: \.isWhitespace), "a JWT is empty or contains white space")
        require(Array(text.utf8).contains(jwt.value.utf8), "a JWT is not in the file")
        require("\(jwt)" == "<redacted>", "a description shows a JWT")
    }
    if let seed = read(text, { text throws(NATSError) in try CredentialsFile.seed(in: text) }) {
        require(!seed.value.isEmpty, "a seed is empty")
        require(Array(text.utf8).contains(seed.value.utf8), "a seed is not in the file")
        requireKey(seed)
    }
    requireKey(Secret(text))
    return 0
}

/// All messages of the reader. They are constant, so none can repeat a line of a file.
private let messages: Set<String> = {
    var messages: Set<String> = []
    for text in ["", "---\neyJ.e.e"] {
        do throws(NATSError) { _ = try CredentialsFile.jwtAndSeed(in: text) } catch { messages.insert(error.message) }
        do throws(NATSError) { _ = try CredentialsFile.seed(in: text) } catch { messages.insert(error.message) }
    }
    return messages
}()

/// Returns the contents of a file, or nil after checking that the error repeats nothing from the file.
private func read(_ text: String, _ parse: (String) throws(NATSError) -> Secret) -> Secret? {
    do throws(NATSError) {
        return try parse(text)
    } catch {
        require(messages.contains(error.message), "an error depends on the file: \(error.message)")
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

extension [UInt8] {
    /// Whether the bytes contain `other` without a gap. Comparing strings would take far longer than the code under test.
    fileprivate func contains(_ other: some Collection<UInt8>) -> Bool {
        guard let first = other.first, other.count <= count else { return other.isEmpty }
        return (0...count - other.count).contains { self[$0] == first && self[$0...].starts(with: other) }
    }
}
