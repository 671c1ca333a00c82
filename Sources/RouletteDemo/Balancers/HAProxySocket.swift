import CommandSupport
import Foundation

/// The socket of a HAProxy for commands (its runtime API).
struct HAProxySocket {
    /// The time limit for an answer.
    private static let patience: Duration = .seconds(2)

    /// The path of the socket, relative to the current directory.
    let path: String

    /// Sends a command, and waits for the answer.
    ///
    /// - Throws: ``CommandError`` if HAProxy does not answer or rejects the command.
    /// - Returns: The answer.
    @discardableResult
    func send(_ command: String) throws(CommandError) -> String {
        guard let answer = answer(to: command) else {
            throw .failed("the balancer does not answer: \(String(cString: strerror(errno)))")
        }
        // HAProxy has no error codes. These are the words of its errors for the commands of the demo.
        for word in ["No such", "Permission denied", "Unknown command", "Require", "Invalid"] where answer.contains(word) {
            throw .failed("the balancer refused `\(command)`: \(answer.trimmingCharacters(in: .whitespacesAndNewlines))")
        }
        return answer
    }

    /// - Returns: The answer; nil after a failure, with the error in `errno`.
    private func answer(to command: String) -> String? {
        guard let socket = connect() else { return nil }
        defer { close(socket) }
        if let number = FileDescriptors.writeAll(Array((command + "\n").utf8), to: socket) {
            errno = number
            return nil
        }
        // HAProxy closes the connection after the answer.
        var answer: [UInt8] = []
        let end = ContinuousClock.now + Self.patience
        while true {
            var input = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
            guard poll(&input, 1, Int32(max(.zero, end - .now) / .milliseconds(1))) > 0 else {
                errno = ETIMEDOUT
                return nil
            }
            guard let chunk = try? FileDescriptors.readSome(socket) else { return nil }
            if chunk.isEmpty { return String(decoding: answer, as: UTF8.self) }
            answer += chunk
        }
    }

    private func connect() -> Int32? {
        let socket = FileDescriptors.streamSocket(AF_UNIX)
        guard socket >= 0 else { return nil }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
        let isConnected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                Foundation.connect(socket, generic, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
        guard isConnected else {
            let number = errno
            close(socket)
            errno = number
            return nil
        }
        return socket
    }
}
