import CProcess
import CommandSupport
import Foundation
import RouletteNATS
import Settings
import TerminalUI

/// Asks for a password on the terminal without showing it.
enum PasswordPrompt {
    private static let limit = 1024

    /// - Parameter variable: The environment variable that the password can be set in.
    /// - Throws: ``CommandError`` if there is no terminal or the operator cancels.
    static func ask(user: String, deployment: String, variable: String) throws(CommandError) -> Secret {
        let user = LoginName.shown(user)
        // Standard input may be the message to send.
        let terminal = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)
        guard terminal >= 0 else {
            throw .usage("there is no terminal on which to ask for the password of \(user); set \(variable)")
        }
        defer { close(terminal) }

        // The handler of a signal that ends or stops the program turns the echo on first.
        guard cprocess_hide_typing(terminal) else {
            throw .usage("the password of \(user) cannot be entered without showing it; set \(variable)")
        }
        defer { cprocess_show_typing() }

        let question: SafeText = "Password of \(untrusted: user) for \(untrusted: deployment): "
        _ = FileDescriptors.writeAll(Array(question.plain.utf8), to: terminal)
        defer { _ = FileDescriptors.writeAll([UInt8(ascii: "\n")], to: terminal) }
        return try readLine(from: terminal)
    }

    private static func readLine(from terminal: Int32) throws(CommandError) -> Secret {
        var typed: [UInt8] = []
        while let byte = try FileDescriptors.readSome(terminal, limit: 1).first {
            switch byte {
            case 0x0A, 0x0D: return Secret(String(decoding: typed, as: UTF8.self))
            case 0x04, 0x1B: throw .usage("no password was given")
            case 0x15: typed.removeAll()
            case 0x08, 0x7F:
                // Removes one character, which may be several bytes of UTF-8.
                while let last = typed.popLast(), last & 0xC0 == 0x80 {}
            default:
                guard typed.count < limit else { throw .usage("the password is longer than \(limit) bytes") }
                typed.append(byte)
            }
        }
        throw .usage("no password was given")
    }
}
