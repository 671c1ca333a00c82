import NIOCore
import NIOPosix

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

extension NATSError {
    /// Returns an error that says why a TCP connection could not be established and how to fix it.
    static func connect(_ error: any Error) -> NATSError {
        guard let failure = error as? NIOConnectionError else {
            if error is NIOCore.ChannelError {
                return .noAnswer(error)
            }
            return socket(error)
        }
        guard let last = failure.connectionErrors.last else {
            return NATSError(
                .hostNotFound,
                "the host name \"\(failure.host)\" has no address; check the spelling and the DNS",
                cause: error
            )
        }
        if last.error is NIOCore.ChannelError {
            return .noAnswer(error)
        }
        return socket(last.error)
    }

    /// Returns an error that says why a socket failed.
    static func socket(_ error: any Error) -> NATSError {
        switch error {
        case let error as NATSError:
            return error
        case let error as IOError where error.errnoCode == ECONNREFUSED:
            return NATSError(.connectFailed, "connection refused; is a server running on this port?", cause: error)
        case let error as IOError where error.errnoCode == ECONNRESET || error.errnoCode == EPIPE:
            return .resetByPeer
        case let error as IOError:
            return NATSError(.disconnected, String(cString: strerror(error.errnoCode)).lowercased(), cause: error)
        default:
            return NATSError(.disconnected, "the connection failed: \(error)", cause: error)
        }
    }

    private static func noAnswer(_ cause: any Error) -> NATSError {
        NATSError(.connectTimeout, "timed out: \(HandshakeProgress.connecting.reached(speaksTLSFirst: false))", cause: cause)
    }

    /// The peer reset the connection.
    static let resetByPeer = NATSError(.disconnected, "connection reset by the peer")
    /// The peer closed the connection without an error.
    static let closedByPeer = NATSError(.disconnected, "the server closed the connection")
}
