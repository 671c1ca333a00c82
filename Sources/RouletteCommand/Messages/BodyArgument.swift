import CommandSupport
import Foundation

/// Reads the body of a message from an argument.
enum BodyArgument {
    /// The longest body that is read from standard input: the largest `max_payload` of a NATS server.
    private static let limit = 64 << 20

    /// - Parameter text: The body; `-` reads it from standard input, nil is an empty body.
    static func read(_ text: String?) throws -> [UInt8] {
        switch text {
        case nil: []
        case "-": try FileDescriptors.readAll(STDIN_FILENO, limit: limit)
        case let text?: Array(text.utf8)
        }
    }
}
