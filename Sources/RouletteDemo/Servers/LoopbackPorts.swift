import CommandSupport
import Foundation

/// Finds free ports of this machine.
enum LoopbackPorts {
    /// Ports that the kernel does not choose for outgoing connections on Linux and macOS.
    ///
    /// Balancers and nodes keep connecting to the port of a stopped node. If the kernel chose this port as the source of such a
    /// connection, the connection would reach itself, and the node could not start again.
    private static let range = 20_000..<32_000
    /// The maximum number of ports in use to skip.
    private static let attempts = 1_000

    /// Returns distinct ports.
    ///
    /// The ports are free when this returns, but another program may take one before it is used. The caller must be ready to
    /// try again with other ports.
    static func free(_ count: Int) throws(CommandError) -> [Int] {
        var sockets: [Int32] = []
        defer { for socket in sockets { close(socket) } }
        var ports: [Int] = []
        // Random, since several demos may start at the same time.
        var next = Int.random(in: range)
        var attempts = attempts
        while ports.count < count {
            let socket = FileDescriptors.streamSocket(AF_INET)
            guard socket >= 0 else { throw .failed("cannot create a socket: \(String(cString: strerror(errno)))") }
            next = next + 1 < range.upperBound ? next + 1 : range.lowerBound
            guard bind(socket, to: next) else {
                let reason = String(cString: strerror(errno))
                close(socket)
                attempts -= 1
                guard attempts > 0 else { throw .failed("no free port on 127.0.0.1: \(reason)") }
                continue
            }
            // The sockets stay open until the end, so that no port is chosen twice.
            sockets.append(socket)
            ports.append(next)
        }
        return ports
    }

    /// Binds a socket to a port of 127.0.0.1.
    /// - Returns: Whether the port was free. If not, the error is in `errno`.
    private static func bind(_ socket: Int32, to port: Int) -> Bool {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        address.sin_port = in_port_t(port).bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                Foundation.bind(socket, generic, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}
