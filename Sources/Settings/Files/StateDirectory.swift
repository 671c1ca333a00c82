import Foundation
import RouletteNATS
import TextCoding

/// The directory for the state of the program. Only its owner can read it (0700, files 0600).
public struct StateDirectory: Sendable, Hashable {
    /// The directory's path.
    public let path: String

    /// Opens the directory, and creates it with its parents if it is missing.
    ///
    /// - Throws: ``SettingsError`` when it cannot be created, is not a directory, or is accessible to other users.
    public init(creating path: String) throws(SettingsError) {
        self.path = path
        try Self.create(path)
        var status = stat()
        // `stat` follows symbolic links, because the state may be on another disk. Only the permissions of the directory itself
        // matter.
        guard stat(path, &status) == 0 else {
            guard errno == ENOENT else { throw SettingsFile.failure(path, "cannot be used", errno) }
            throw SettingsError(.unreadable, file: path, "is a symbolic link whose target does not exist, create that directory")
        }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            throw SettingsError(.unreadable, file: path, "is not a directory, move it away")
        }
        guard status.st_mode & 0o077 == 0 else {
            throw SettingsError(
                .unsafePermissions,
                file: path,
                "others can read it, but it contains the history; run: chmod 700 \(FilePrivacy.shellQuoted(path))"
            )
        }
    }

    /// Reads a file of the directory, or nil if there is none.
    ///
    /// - Parameters:
    ///   - name: The file's name, without a slash.
    ///   - limit: The maximum size in bytes.
    public func read(_ name: String, limit: Int) throws(SettingsError) -> [UInt8]? {
        do {
            return try SettingsFile.read(try file(name), limit: limit).bytes
        } catch  where error.code == .notFound {
            return nil
        }
    }

    /// Replaces a file of the directory atomically: a reader sees the old content or the new content.
    ///
    /// - Parameters:
    ///   - bytes: The new content.
    ///   - name: The file's name, without a slash.
    public func write(_ bytes: [UInt8], to name: String) throws(SettingsError) {
        let target = try file(name)
        // Only the owner can read the new file. Another process, even one in another container, never gets the same name.
        var template = Array("\(target).XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        let temporary = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        guard descriptor >= 0 else { throw SettingsFile.failure(target, "cannot be written", errno) }
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        let failed = Self.writeAll(bytes, to: descriptor)
        let closed = close(descriptor) == 0 ? nil : errno
        if let number = failed ?? closed ?? (rename(temporary, target) == 0 ? nil : errno) {
            unlink(temporary)
            throw SettingsFile.failure(target, "cannot be written", number)
        }
    }

    /// Runs a closure that reads and replaces files, while no other process does the same. Without a lock if the file system has
    /// none.
    ///
    /// - Throws: ``SettingsError/Code/unreadable`` if another process does not finish within two seconds, and what the closure
    ///   throws.
    func withLock(_ body: () throws(SettingsError) -> Void) throws(SettingsError) {
        // NFS grants an exclusive lock only on a file that is open for writing, so not on the directory itself.
        let file = path + "/" + Self.lockName
        let descriptor = open(file, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw SettingsFile.failure(file, "cannot be opened", errno) }
        // Closing the descriptor releases the lock.
        defer { close(descriptor) }
        var attempts = 0
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EWOULDBLOCK || errno == EINTR else { break }
            attempts += 1
            guard attempts <= Self.lockAttempts else {
                let message = "is locked by another process, which does not finish; end or resume it"
                throw SettingsError(.unreadable, file: path, message)
            }
            usleep(Self.lockPause)
        }
        try body()
    }

    private static let lockName = ".lock"
    private static let lockAttempts = 200
    /// In microseconds.
    private static let lockPause: UInt32 = 10_000

    private func file(_ name: String) throws(SettingsError) -> String {
        guard !name.isEmpty, name != ".", name != "..", !name.contains("/") else {
            throw SettingsError(.invalid, file: path, "\(quoted(name)) is not a file name")
        }
        return path + "/" + name
    }

    /// Writes all bytes. Returns the error number of the call that failed, or nil.
    private static func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Int32? {
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return errno }
            written += count
        }
        return fsync(descriptor) == 0 ? nil : errno
    }

    private static func create(_ path: String) throws(SettingsError) {
        if mkdir(path, 0o700) == 0 || errno == EEXIST { return }
        guard errno == ENOENT else { throw SettingsFile.failure(path, "cannot be created", errno) }
        let parent = SettingsFile.directory(of: path)
        guard parent != path, parent != "." else { throw SettingsFile.failure(path, "cannot be created", ENOENT) }
        try create(parent)
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
            throw SettingsFile.failure(path, "cannot be created", errno)
        }
    }
}
