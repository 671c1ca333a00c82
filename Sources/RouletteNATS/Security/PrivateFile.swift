#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Reads small files with keys and certificates. A file is opened once and checked through its descriptor, so that it cannot be
/// replaced between the check and the read.
enum PrivateFile {
    /// Much more than a certificate chain needs.
    private static let limit = 1 << 20

    /// Reads a file with a secret: a regular file that is private according to ``FilePrivacy``.
    ///
    /// - Throws: ``NATSError/Code/credentials`` with the command that fixes the permissions.
    static func read(_ path: String) throws(NATSError) -> [UInt8] {
        try read(path) { status throws(NATSError) in
            let privacy = FilePrivacy(mode: UInt32(status.st_mode), owner: status.st_uid)
            if let complaint = privacy.complaint(about: path, because: "it holds a key") { throw failure(path, complaint) }
        }
    }

    /// Reads a file without a secret.
    static func readPublic(_ path: String) throws(NATSError) -> [UInt8] {
        try read(path) { _ in }
    }

    private static func read(_ path: String, check: (stat) throws(NATSError) -> Void) throws(NATSError) -> [UInt8] {
        // Without O_NONBLOCK, opening a FIFO waits for a writer before anything can be checked.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw unreadable(path, errno) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw unreadable(path, errno) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw failure(path, "is not a regular file") }
        try check(status)
        return try readAll(descriptor, path)
    }

    private static func readAll(_ descriptor: Int32, _ path: String) throws(NATSError) -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 14)
        while true {
            #if canImport(Glibc)
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            #elseif canImport(Musl)
            let count = Musl.read(descriptor, &chunk, chunk.count)
            #else
            let count = Darwin.read(descriptor, &chunk, chunk.count)
            #endif
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw unreadable(path, errno) }
            if count == 0 { return bytes }
            bytes += chunk[..<count]
            guard bytes.count <= limit else { throw failure(path, "is longer than \(limit) bytes") }
        }
    }

    private static func unreadable(_ path: String, _ number: Int32) -> NATSError {
        failure(path, number == ENOENT ? "does not exist" : "cannot be read: \(String(cString: strerror(number)))")
    }

    private static func failure(_ path: String, _ message: String) -> NATSError {
        NATSError(.credentials, "\(printable(path)): \(message)")
    }
}
