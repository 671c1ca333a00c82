import Foundation

/// Finds ports of this machine that nobody listens on.
enum LoopbackPorts {
    /// Lets the kernel choose ports, all different.
    ///
    /// They are free when this returns, but another program may take one before it is used: whoever uses them has to be
    /// ready to ask again.
    static func free(_ count: Int) throws(CommandFailure) -> [Int] {
        var sockets: [Int32] = []
        defer { for socket in sockets { close(socket) } }
        var ports: [Int] = []
        for _ in 0..<count {
            let socket = LoopbackSocket.make()
            guard socket >= 0 else { throw .failed("no socket: \(String(cString: strerror(errno)))") }
            // Kept open until the end, so that the kernel does not choose one port twice.
            sockets.append(socket)
            guard let port = LoopbackSocket.bind(socket) else {
                throw .failed("no free port on 127.0.0.1: \(String(cString: strerror(errno)))")
            }
            ports.append(port)
        }
        return ports
    }
}

/// TCP sockets on 127.0.0.1.
enum LoopbackSocket {
    /// A TCP socket, or -1.
    static func make() -> Int32 {
        #if os(Linux)
            let stream = Int32(SOCK_STREAM.rawValue)
        #else
            let stream = SOCK_STREAM
        #endif
        let socket = socket(AF_INET, stream, 0)
        if socket >= 0 { FileDescriptors.closeOnExec(socket) }
        return socket
    }

    /// Binds to a port that the kernel chooses.
    /// - Returns: the port, or nil with `errno`.
    static func bind(_ socket: Int32) -> Int? {
        var address = loopback(port: 0)
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

    /// Connects to a port.
    static func connect(_ socket: Int32, port: Int) -> Bool {
        var address = loopback(port: UInt16(clamping: port))
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                Foundation.connect(socket, generic, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }

    private static func loopback(port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }
}
