import Foundation

/// An open file without a name. It is deleted when this object is deallocated.
final class TemporaryFile: Sendable {
    let descriptor: Int32

    /// Creates a file with this content, positioned at its beginning.
    init(_ content: [UInt8]) throws {
        var template = Array("\(NSTemporaryDirectory())/roulette-tests.XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        guard descriptor >= 0 else { throw SystemCallError("mkstemp") }
        self.descriptor = descriptor
        unlink(&template)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        guard write(descriptor, content, content.count) == content.count else { throw SystemCallError("write") }
        lseek(descriptor, 0, SEEK_SET)
    }

    deinit {
        close(self.descriptor)
    }

    /// Returns the complete contents of the file.
    func contents() throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: Int(lseek(self.descriptor, 0, SEEK_END)))
        let count = bytes.count
        guard pread(self.descriptor, &bytes, count, 0) == count else { throw SystemCallError("read") }
        return bytes
    }
}

/// A directory for one server or terminal. ``remove()`` deletes it.
package struct TemporaryDirectory: Sendable {
    package let path: String

    /// Creates `roulette-tests.<what>.<random>` in the system's temporary directory.
    package init(for what: String) throws {
        let url = FileManager.default.temporaryDirectory
            .appendingPathComponent("roulette-tests.\(what).\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        self.path = url.path
    }

    /// Deletes the directory and its contents.
    package func remove() throws {
        try FileManager.default.removeItem(atPath: self.path)
    }
}
