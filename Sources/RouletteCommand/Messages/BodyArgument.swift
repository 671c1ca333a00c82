import Foundation

/// Reads the body of a message given as an argument.
enum BodyArgument {
    /// The longest body read from the standard input: the most that a NATS server can be configured to take.
    private static let limit = 64 << 20

    /// - Parameter text: the body; `-` reads it from the standard input, nil is an empty one.
    static func read(_ text: String?) throws -> [UInt8] {
        switch text {
        case nil: []
        case "-": try FileDescriptors.readAll(STDIN_FILENO, limit: limit)
        case let text?: Array(text.utf8)
        }
    }
}
