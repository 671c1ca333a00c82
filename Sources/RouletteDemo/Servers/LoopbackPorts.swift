import CommandSupport
import Foundation

/// Finds free ports of this machine.
enum LoopbackPorts {
    /// Returns distinct ports that the kernel chooses.
    ///
    /// The ports are free when this returns, but another program may take one before it is used. The caller must be ready to
    /// try again with other ports.
    static func free(_ count: Int) throws(CommandError) -> [Int] {
        var sockets: [Int32] = []
        defer { for socket in sockets { close(socket) } }
        var ports: [Int] = []
        for _ in 0..<count {
            let socket = makeSocket()
            guard socket >= 0 else { throw .failed("cannot create a socket: \(String(cString: strerror(errno)))") }
            // The sockets stay open until the end, so that the kernel does not choose a port twice.
            sockets.append(socket)
            guard let port = bind(socket) else {
                throw .failed("no free port on 127.0.0.1: \(String(cString: strerror(errno)))")
            }
            ports.append(port)
        }
        return ports
    }

    /// Returns a TCP socket, or -1.
    private static func makeSocket() -> Int32 {
        #if os(Linux)
            let stream = Int32(SOCK_STREAM.rawValue)
        #else
            let stream = SOCK_STREAM
        #endif
        let socket = socket(AF_INET, stream, 0)
        if socket >= 0 { FileDescriptors.closeOnExec(socket) }
        return socket
    }

    /// Binds a socket to a port of 127.0.0.1 that the kernel chooses.
    /// - Returns: The port; nil after a failure, with the error in `errno`.
    private static func bind(_ socket: Int32) -> Int? {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        return withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                guard Foundation.bind(socket, generic, length) == 0, getsockname(socket, generic, &length) == 0 else {
                    return nil
                }
                return Int(UInt16(bigEndian: pointer.pointee.sin_port))
            }
        }
    }
}
