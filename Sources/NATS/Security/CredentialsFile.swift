/// The text of a `.creds` file (a JWT and a seed between lines of dashes) or of an NKEY file (a seed, perhaps so framed).
///
/// As tolerant as nats.go: three or more dashes, any words between them, CR LF, blanks around, text between the blocks.
enum CredentialsFile {
    /// The user's JWT and the seed that signs for it.
    ///
    /// - Throws: ``NATSError/Code/credentials`` that says what is missing; it repeats nothing of the file.
    static func jwtAndSeed(in text: String) throws(NATSError) -> (jwt: Secret, seed: Secret) {
        let (jwt, seed) = try content(of: text)
        guard let seed else {
            throw NATSError(.credentials, "has no seed; a .creds file has one below a line -----BEGIN USER NKEY SEED-----")
        }
        return (jwt, seed)
    }

    /// The same, where a JWT that needs no signature may stand alone.
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

    /// The seed of an NKEY file: the first line that begins with S, or the one line there is.
    ///
    /// - Throws: ``NATSError/Code/credentials`` when there is none.
    static func seed(in text: String) throws(NATSError) -> Secret {
        let (all, framed) = lines(of: text)
        let candidates = framed.filter { !isJWT($0) } + all
        guard let seed = candidates.first(where: { $0.hasPrefix("S") }) ?? candidates.first else {
            throw NATSError(.credentials, "is empty; an NKEY file holds a seed that begins with SU")
        }
        return Secret(String(seed))
    }

    /// The lines that hold something, and those of them right below the opening line of a frame.
    private static func lines(of text: String) -> (all: [Substring], framed: [Substring]) {
        var (all, framed): ([Substring], [Substring]) = ([], [])
        var isBelowOpening = false
        for line in text.split(whereSeparator: \.isNewline) {
            let line = trimmed(line)
            guard !line.isEmpty else { continue }
            if isFrame(line) {
                // A closing line is one too, but what follows it is prose, no line of a single word.
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

    /// Three parts of base64, the first of which is a JSON object: `{"` is written `eyJ`.
    private static func isJWT(_ text: Substring) -> Bool {
        text.hasPrefix("eyJ") && text.count { $0 == "." } == 2
    }

    private static func trimmed(_ line: Substring) -> Substring {
        // Some editors put a byte order mark first.
        var line = line.drop { $0.isWhitespace || $0 == "\u{FEFF}" }
        while line.last?.isWhitespace == true { line.removeLast() }
        return line
    }
}
