import Foundation

/// A socket that listens on 127.0.0.1, for a child process to inherit. Closed in this process when the object is
/// deallocated.
final class ListeningSocket: Sendable {
    let descriptor: Int32
    /// The port of the socket.
    let port: Int

    /// - Parameter port: Nil for any free port of ``TestPorts``.
    init(port: Int?) throws(SystemCallError) {
        if let port {
            self.descriptor = try Self.listen(on: port)
            self.port = port
        } else {
            (self.descriptor, self.port) = try Self.listenAnywhere()
        }
    }

    private static func listenAnywhere() throws(SystemCallError) -> (Int32, Int) {
        var attempts = 1
        while true {
            let port = TestPorts.next()
            do {
                return (try Self.listen(on: port), port)
            } catch  where error.code == EADDRINUSE && attempts < TCPListener.attempts {
                attempts += 1
            }
        }
    }

    deinit {
        close(self.descriptor)
    }

    private static func listen(on port: Int) throws(SystemCallError) -> Int32 {
        #if canImport(Darwin)
        let kind = SOCK_STREAM
        #else
        let kind = Int32(SOCK_STREAM.rawValue)
        #endif
        let descriptor = socket(AF_INET, kind, 0)
        guard descriptor >= 0 else { throw SystemCallError("socket") }
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        var reuses: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &reuses, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        let bound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard bound == 0, Foundation.listen(descriptor, 1_024) == 0 else {
            let failure = SystemCallError("listen on port \(port)")
            close(descriptor)
            throw failure
        }
        return descriptor
    }
}
