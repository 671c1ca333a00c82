import Foundation
import RouletteNATS

/// The content and the permissions of a file. Both come from one descriptor, so the file cannot be replaced between the check
/// and the read.
public struct SettingsFile: Sendable {
    /// The path as it was given.
    public let path: String
    /// The content of the file when it was read.
    public let bytes: [UInt8]
    private let privacy: FilePrivacy

    /// Reads a whole regular file.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - limit: The maximum size in bytes.
    /// - Throws: ``SettingsError`` when it is missing, unreadable, not a regular file, or too long.
    public static func read(_ path: String, limit: Int) throws(SettingsError) -> SettingsFile {
        // Without O_NONBLOCK, opening a FIFO would block until a writer opens it.
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
        return SettingsFile(path: path, bytes: bytes, privacy: FilePrivacy(mode: UInt32(status.st_mode), owner: status.st_uid))
    }

    /// Reads a file that contains a secret, such as credentials. It must be private, as ``FilePrivacy`` defines.
    ///
    /// - Throws: ``SettingsError/Code/unsafePermissions`` with the command that corrects it.
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

    /// Throws if the file is not private.
    func requirePrivate(because reason: String) throws(SettingsError) {
        guard let complaint = privacy.complaint(about: path, because: reason) else { return }
        throw SettingsError(.unsafePermissions, file: path, complaint)
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
}
