import ArgumentParser
import CommandSupport
import Foundation
import Settings
import TextCoding

/// The last lines that the program prints, and its exit code.
struct ExitReport {
    /// The exit code: 0 success, 1 failure, 2 usage or configuration error; 128 and the signal's number after a signal.
    let code: Int32
    /// The signal that stopped the program; nil if there was none.
    let stop: StoppedBySignalError?
    /// The help or the version, for standard output.
    let answer: String?
    /// The error, for standard error.
    let complaint: String?

    /// - Parameters:
    ///   - error: The error that ended the command.
    ///   - arguments: The program's arguments. They name the command whose help is recommended.
    init(_ error: any Error, arguments: [String]) {
        var answer: String?
        var complaint: String?
        stop = error as? StoppedBySignalError
        if let stop {
            code = 128 + stop.signal
            complaint = stop.note
        } else if error is OutputClosedError {
            // The reader of the output has ended, as in `roulette sub … | head`. That is not a failure.
            code = 0
        } else if let failure = CommandError(error) {
            code = failure.kind.rawValue
            complaint = failure.description
        } else {
            let parserCode = RouletteProgram.exitCode(for: error)
            switch parserCode {
            case .success:
                do throws(CommandError) {
                    answer = try CompletionScript.mended(RouletteProgram.fullMessage(for: error))
                    code = 0
                } catch {
                    code = error.kind.rawValue
                    complaint = error.description
                }
            case .validationFailure:
                code = CommandError.Kind.usage.rawValue
                complaint = RouletteProgram.message(for: error) + "; see \(Self.helpCommand(for: arguments))"
            default:
                // The command has already printed its failures.
                code = (error as? ExitCode)?.rawValue ?? CommandError.Kind.failed.rawValue
                complaint = RouletteProgram.message(for: error)
            }
        }
        self.answer = answer
        self.complaint = complaint.map { Self.withoutLogins($0, of: arguments) }
    }

    /// Prints the report and ends the process, by the signal if one stopped the program.
    func exit() -> Never {
        if let answer { try? StandardOutput.write(Array((answer + "\n").utf8)) }
        // The complaint is empty if the command has already printed its failures.
        if let complaint, !complaint.isEmpty { StandardError.note(complaint) }
        if let stop { stop.endProcess() }
        Foundation.exit(code)
    }

    /// Removes logins in arguments from the complaint. The argument parser repeats unknown arguments.
    private static func withoutLogins(_ complaint: String, of arguments: [String]) -> String {
        var result = complaint
        for argument in arguments {
            let values = [argument] + argument.split(separator: "=", maxSplits: 1).dropFirst().map(String.init)
            for value in values where UserInfo.isPossible(in: value) && value.contains("@") {
                result = result.replacing(value, with: "<redacted>")
            }
        }
        return UserInfo.redacted(in: result)
    }

    private static func helpCommand(for arguments: [String]) -> String {
        let commands = RouletteProgram.configuration.subcommands.filter { $0.configuration.shouldDisplay }
        let names = commands.compactMap { $0.configuration.commandName }
        let command = arguments.first.flatMap { names.contains($0) ? $0 : nil }
        return (["roulette", command, "--help"] as [String?]).compactMap { $0 }.joined(separator: " ")
    }
}
