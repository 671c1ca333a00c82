import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

extension NATSError {
    /// Whether nothing came from the network: no answer, no route, or no name. A refusal is an answer.
    package var isSilence: Bool {
        switch code {
        case .stale, .connectTimeout, .hostNotFound: true
        case .disconnected:
            [ENETUNREACH, EHOSTUNREACH, ENETDOWN, ETIMEDOUT].contains((cause as? IOError)?.errnoCode)
        default: false
        }
    }
}
