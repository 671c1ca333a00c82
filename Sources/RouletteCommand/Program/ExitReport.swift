import ArgumentParser
import Foundation
import Settings

/// What the program prints at its end, and the code it exits with.
struct ExitReport {
    /// The exit code: 0, 1 or 2.
    let code: Int32
    /// What the operator stopped the program by.
    let stop: StoppedBySignal?
    /// Help or a version, for standard output.
    let answer: String?
    /// The error, for standard error.
    let complaint: String?

    /// - Parameters:
    ///   - error: What ended the command.
    ///   - arguments: The program's arguments, to name the command whose help explains a mistake.
    init(_ error: any Error, arguments: [String]) {
        var answer: String?
        var complaint: String?
        stop = error as? StoppedBySignal
        if let stop {
            code = 128 + stop.signal
            complaint = stop.note
        } else if error is OutputClosed {
            // Whoever read the output has enough: `roulette sub … | head` is no failure.
            code = 0
        } else if let failure = CommandFailure(error) {
            code = failure.kind.rawValue
            complaint = failure.description
        } else {
            let parserCode = RouletteProgram.exitCode(for: error)
            switch parserCode {
            case .success:
                do throws(CommandFailure) {
                    answer = try CompletionScript.mended(RouletteProgram.fullMessage(for: error))
                    code = 0
                } catch {
                    code = error.kind.rawValue
                    complaint = error.description
                }
            case .validationFailure:
                code = CommandFailure.Kind.usage.rawValue
                complaint = RouletteProgram.message(for: error) + "; see \(Self.helpCommand(for: arguments))"
            default:
                // A command that has said what is wrong ends with the code alone.
                code = (error as? ExitCode)?.rawValue ?? CommandFailure.Kind.failed.rawValue
                complaint = RouletteProgram.message(for: error)
            }
        }
        self.answer = answer
        self.complaint = complaint.map { Self.withoutLogins($0, of: arguments) }
    }

    /// Prints the report and ends the process, by the signal if one stopped it.
    func exit() -> Never {
        if let answer { try? StandardOutput.write(Array((answer + "\n").utf8)) }
        // A command that told of each failure as it came has nothing left to say.
        if let complaint, !complaint.isEmpty { StandardError.note(complaint) }
        if let stop { stop.endProcess() }
        Foundation.exit(code)
    }

    /// The complaint without the logins that arguments hold, since the parser of arguments repeats what it does not know.
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
