import ArgumentParser
import CommandSupport
import Testing

@testable import RouletteCommand

@Suite("Exit codes and last lines")
struct ExitReportTests {
    private func report(_ arguments: String...) throws -> ExitReport {
        do {
            // Help is a command, which throws its text.
            var command = try RouletteProgram.parseAsRoot(arguments)
            if !(command is any AsyncParsableCommand) { try command.run() }
        } catch {
            return ExitReport(error, arguments: arguments)
        }
        throw CommandError.failed("the arguments are valid")
    }

    @Test func `failures exit with 1, mistakes with 2`() {
        #expect(ExitReport(CommandError.failed("down"), arguments: []).code == 1)
        #expect(ExitReport(CommandError.usage("wrong"), arguments: []).code == 2)
        #expect(ExitReport(ExitCode(1), arguments: []).code == 1)
        #expect(ExitReport(CommandError.failed("down"), arguments: []).complaint == "down")
    }

    @Test func `a closed output is not a failure`() {
        let report = ExitReport(OutputClosedError(), arguments: [])
        #expect(report.code == 0)
        #expect(report.complaint == nil)
    }

    @Test func `a signal gives the code that shells show, and the unfinished work`() {
        let report = ExitReport(StoppedBySignalError(signal: 2, note: "stopped after 3 of 10 messages"), arguments: [])
        #expect(report.code == 130)
        #expect(report.stop?.signal == 2)
        #expect(report.complaint == "stopped after 3 of 10 messages")
    }

    @Test func `a mistake in the arguments names the help of its command`() throws {
        let report = try report("sub", "--nonsense")
        #expect(report.code == 2)
        #expect(report.complaint?.hasSuffix("; see roulette sub --help") == true)
        #expect(try self.report("nonsense").complaint?.hasSuffix("; see roulette --help") == true)
    }

    @Test func `help and version are the answer, not an error`() throws {
        let help = try report("--help")
        #expect(help.code == 0 && help.complaint == nil)
        #expect(help.answer?.contains("Exit codes: 0 success, 1 failure, 2 usage or configuration error.") == true)
        #expect(try report("--version").answer?.isEmpty == false)
    }

    @Test func `a login in an argument is not repeated`() throws {
        let report = try report("sub", "--nonsense=nats://user:secret@host")
        #expect(report.complaint?.contains("secret") == false)
        #expect(report.code == 2)
    }
}
