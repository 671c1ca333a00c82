/// Parses a `.creds` file (a JWT and a seed between lines of dashes) or an NKEY file (a seed, optionally in the same format).
///
/// It is as tolerant as nats.go: three or more dashes, any words between them, CR LF, surrounding whitespace, and text between
/// the blocks.
enum CredentialsFile {
    /// Returns the user's JWT and the seed that signs for it.
    ///
    /// - Throws: ``NATSError/Code/credentials`` with what is missing. The error does not repeat the contents of the file.
    static func jwtAndSeed(in text: String) throws(NATSError) -> (jwt: Secret, seed: Secret) {
        let (jwt, seed) = try content(of: text)
        guard let seed else {
            throw NATSError(.credentials, "has no seed; a .creds file has one below a line -----BEGIN USER NKEY SEED-----")
        }
        return (jwt, seed)
    }

    /// Returns the JWT and the seed. A bearer JWT needs no seed.
    static func login(in text: String) throws(NATSError) -> (jwt: Secret, seed: Secret?) {
        let (jwt, seed) = try content(of: text)
        if seed == nil, JWTClaims(jwt)?.isBearer == true { return (jwt, nil) }
        return try jwtAndSeed(in: text)
    }

    private static func content(of text: String) throws(NATSError) -> (jwt: Secret, seed: Secret?) {
        let framed = lines(of: text).framed
        guard let jwt = framed.first(where: isJWT) else {
            throw NATSError(.credentials, "has no JWT; a .creds file has one below a line -----BEGIN NATS USER JWT-----")
        }
        return (Secret(String(jwt)), framed.first { $0 != jwt }.map { Secret(String($0)) })
    }

    /// Returns the seed of an NKEY file: the first line that begins with S, or else the first line.
    ///
    /// - Throws: ``NATSError/Code/credentials`` if the file is empty.
    static func seed(in text: String) throws(NATSError) -> Secret {
        let (all, framed) = lines(of: text)
        let candidates = framed.filter { !isJWT($0) } + all
        guard let seed = candidates.first(where: { $0.hasPrefix("S") }) ?? candidates.first else {
            throw NATSError(.credentials, "is empty; an NKEY file holds a seed that begins with SU")
        }
        return Secret(String(seed))
    }

    /// Returns all lines that are not empty, and those directly below an opening line of dashes.
    private static func lines(of text: String) -> (all: [Substring], framed: [Substring]) {
        var (all, framed): ([Substring], [Substring]) = ([], [])
        var isBelowOpening = false
        for line in text.split(whereSeparator: \.isNewline) {
            let line = trimmed(line)
            guard !line.isEmpty else { continue }
            if isFrame(line) {
                // Closing lines look the same, but the text after them is prose and not a single word.
                isBelowOpening = true
                continue
            }
            all.append(line)
            if isBelowOpening, !line.contains(where: \.isWhitespace) { framed.append(line) }
            isBelowOpening = false
        }
        return (all, framed)
    }

    private static func isFrame(_ line: Substring) -> Bool {
        line.hasPrefix("---") && line.hasSuffix("---")
    }

    /// Returns whether the text has three parts, the first of which is a JSON object in base64: `{"` is encoded as `eyJ`.
    private static func isJWT(_ text: Substring) -> Bool {
        text.hasPrefix("eyJ") && text.count { $0 == "." } == 2
    }

    private static func trimmed(_ line: Substring) -> Substring {
        // Some editors write a byte order mark at the start.
        var line = line.drop { $0.isWhitespace || $0 == "\u{FEFF}" }
        while line.last?.isWhitespace == true { line.removeLast() }
        return line
    }
}
