import Foundation

/// An open file without a name, gone when this object is.
final class TemporaryFile: Sendable {
    let descriptor: Int32

    /// A file with this content, to be read from its beginning.
    init(_ content: [UInt8]) throws {
        var template = Array("\(NSTemporaryDirectory())/roulette-tests.XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        guard descriptor >= 0 else { throw SystemCallFailed("mkstemp") }
        self.descriptor = descriptor
        unlink(&template)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        guard write(descriptor, content, content.count) == content.count else { throw SystemCallFailed("write") }
        lseek(descriptor, 0, SEEK_SET)
    }

    deinit {
        close(self.descriptor)
    }

    /// All that was written to the file.
    func contents() throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: Int(lseek(self.descriptor, 0, SEEK_END)))
        let count = bytes.count
        guard pread(self.descriptor, &bytes, count, 0) == count else { throw SystemCallFailed("read") }
        return bytes
    }
}

/// A directory of its own for one server or terminal, removed by ``remove()``.
package struct TemporaryDirectory: Sendable {
    package let path: String

    /// Makes `roulette-tests.<what>.<random>` in the system's temporary directory.
    package init(for what: String) throws {
        let url = FileManager.default.temporaryDirectory
            .appendingPathComponent("roulette-tests.\(what).\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        self.path = url.path
    }

    /// Removes the directory with all that is in it.
    package func remove() throws {
        try FileManager.default.removeItem(atPath: self.path)
    }
}
