import CProcess
import Foundation

/// Reads and writes file descriptors. Interrupted and partial transfers are continued.
package enum FileDescriptors {
    /// Writes all bytes.
    /// - Returns: The error number; nil if everything was written.
    package static func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Int32? {
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if count >= 0 {
                written += count
            } else if errno == EAGAIN {
                // Another program made the terminal or pipe non-blocking.
                var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                _ = poll(&waiting, 1, -1)
            } else if errno != EINTR {
                return errno
            }
        }
        return nil
    }

    /// Reads what is available, at most `limit` bytes. Waits until something is available.
    /// - Returns: The bytes; empty at the end of the file.
    package static func readSome(_ descriptor: Int32, limit: Int = 1 << 16) throws(CommandError) -> [UInt8] {
        var chunk = [UInt8](repeating: 0, count: limit)
        while true {
            let count = read(descriptor, &chunk, limit)
            if count >= 0 { return Array(chunk[..<count]) }
            if errno == EAGAIN {
                var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
                _ = poll(&waiting, 1, -1)
            } else if errno == EIO, !cprocess_is_in_foreground(descriptor) {
                // A background process cannot read from its terminal.
                guard cprocess_wait_for_foreground(descriptor, SIGTTIN) else {
                    throw .failed("the terminal cannot be read in the background; bring the command to the foreground (fg)")
                }
            } else if errno == EBADF, descriptor == STDIN_FILENO {
                throw .failed("the standard input is closed; leave out <&- or read from a file")
            } else if errno != EINTR {
                throw .failed("reading failed: \(String(cString: strerror(errno)))")
            }
        }
    }

    /// Reads to the end of the file.
    /// - Throws: ``CommandError`` if there are more than `limit` bytes or reading fails.
    package static func readAll(_ descriptor: Int32, limit: Int) throws(CommandError) -> [UInt8] {
        var bytes: [UInt8] = []
        while true {
            let chunk = try readSome(descriptor)
            if chunk.isEmpty { return bytes }
            bytes += chunk
            guard bytes.count <= limit else { throw .failed("the input is longer than \(limit) bytes; send less") }
        }
    }

    /// Closes a descriptor in programs that this process starts.
    package static func closeOnExec(_ descriptor: Int32) {
        _ = fcntl(descriptor, F_SETFD, fcntl(descriptor, F_GETFD) | FD_CLOEXEC)
    }

    /// Creates a stream socket that is closed in programs that this process starts.
    /// - Parameter family: `AF_INET` or `AF_UNIX`.
    /// - Returns: The socket; -1 after a failure, with the error in `errno`.
    package static func streamSocket(_ family: Int32) -> Int32 {
        #if os(Linux)
        let stream = Int32(SOCK_STREAM.rawValue)
        #else
        let stream = SOCK_STREAM
        #endif
        let socket = socket(family, stream, 0)
        if socket >= 0 { closeOnExec(socket) }
        return socket
    }

    /// Creates a pipe whose ends are closed in programs that this process starts.
    package static func pipe() throws(CommandError) -> (read: Int32, write: Int32) {
        var ends: [Int32] = [-1, -1]
        guard Foundation.pipe(&ends) == 0 else { throw .failed("cannot create a pipe: \(String(cString: strerror(errno)))") }
        ends.forEach(closeOnExec)
        return (ends[0], ends[1])
    }
}
