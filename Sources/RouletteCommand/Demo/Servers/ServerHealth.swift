import Foundation

/// What a server's monitoring says of it.
struct ServerHealth: Decodable {
    let serverName: String
    let routes: Int

    private enum CodingKeys: String, CodingKey {
        case serverName = "server_name"
        case routes
    }

    /// The longest answer that is read.
    private static let limit = 1 << 20

    /// Asks a server on this machine, for at most a second.
    /// - Returns: nil as long as it does not answer as a server of ours.
    static func read(monitorPort: Int) -> ServerHealth? {
        let socket = LoopbackSocket.make()
        guard socket >= 0 else { return nil }
        defer { close(socket) }
        var timeout = timeval(tv_sec: 1, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            setsockopt(socket, SOL_SOCKET, option, &timeout, socklen_t(MemoryLayout<timeval>.size))
        }
        guard LoopbackSocket.connect(socket, port: monitorPort) else { return nil }

        // HTTP/1.0: the answer ends with the connection, in one piece.
        var request = Array("GET /varz HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n".utf8)[...]
        while !request.isEmpty {
            let count = request.withUnsafeBytes { write(socket, $0.baseAddress, $0.count) }
            guard count > 0 else { return nil }
            request = request.dropFirst(count)
        }
        var answer: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 14)
        while answer.count < limit {
            let count = Foundation.read(socket, &chunk, chunk.count)
            guard count >= 0 else { return nil }
            if count == 0 { break }
            answer += chunk[..<count]
        }
        guard let body = answer.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
        // Half an answer, or one of another program, is no answer.
        return try? JSONDecoder().decode(ServerHealth.self, from: Data(answer[body.upperBound...]))
    }
}
