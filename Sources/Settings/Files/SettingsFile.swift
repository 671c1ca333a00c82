import Foundation

/// A file that was opened once and judged by that one descriptor, so that nothing can be swapped in between.
public struct SettingsFile: Sendable {
    /// The path as it was given.
    public let path: String
    /// What the file held when it was read.
    public let bytes: [UInt8]
    private let mode: mode_t
    private let owner: uid_t

    /// Reads a whole regular file.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - limit: The most bytes it may have.
    /// - Throws: ``SettingsError`` when it is missing, unreadable, not a regular file, or too long.
    public static func read(_ path: String, limit: Int) throws(SettingsError) -> SettingsFile {
        // Without O_NONBLOCK, opening a FIFO waits for a writer before anything can be checked.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw failure(path, "cannot be read", errno) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure(path, "cannot be read", errno) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw SettingsError(.unreadable, file: path, "is not a regular file")
        }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Foundation.read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure(path, "cannot be read", errno) }
            if count == 0 { break }
            bytes.append(contentsOf: chunk[..<count])
            guard bytes.count <= limit else {
                throw SettingsError(.unreadable, file: path, "is longer than \(limit) bytes")
            }
        }
        return SettingsFile(path: path, bytes: bytes, mode: status.st_mode, owner: status.st_uid)
    }

    /// Reads a file that holds a secret, such as credentials: only its owner may read it.
    ///
    /// - Throws: ``SettingsError/Code/unsafePermissions`` with the command that mends it.
    public static func readPrivate(_ path: String, limit: Int = 1 << 16) throws(SettingsError) -> SettingsFile {
        let file = try read(path, limit: limit)
        try file.requirePrivate(because: "it holds a key or a password")
        return file
    }

    /// The content as text.
    ///
    /// - Throws: ``SettingsError/Code/syntax`` when it is not UTF-8.
    public func text() throws(SettingsError) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw SettingsError(.syntax, file: path, "is not UTF-8 text, save it as UTF-8")
        }
        return text
    }

    /// Refuses a file that others can read or write, or that belongs to another user.
    func requirePrivate(because reason: String) throws(SettingsError) {
        guard owner == geteuid() || owner == 0 else {
            throw SettingsError(
                .unsafePermissions,
                file: path,
                "belongs to another user, but \(reason); run: chown \"$USER\" \(Self.shellQuoted(path))"
            )
        }
        guard mode & 0o077 == 0 else {
            throw SettingsError(
                .unsafePermissions,
                file: path,
                "others can read it, but \(reason); run: chmod 600 \(Self.shellQuoted(path))"
            )
        }
    }

    /// The directory part of a path, "." if it has none.
    static func directory(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    static func failure(_ path: String, _ what: String, _ number: Int32) -> SettingsError {
        if number == ENOENT { return SettingsError(.notFound, file: path, "does not exist") }
        return SettingsError(.unreadable, file: path, "\(what): \(String(cString: strerror(number)))")
    }

    /// A path as one word of a shell command.
    static func shellQuoted(_ path: String) -> String {
        let isPlain = path.unicodeScalars.allSatisfy {
            $0.properties.isAlphabetic || "0123456789/._-+@".unicodeScalars.contains($0)
        }
        if isPlain, !path.hasPrefix("-") { return path }
        return "'" + path.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }
}
