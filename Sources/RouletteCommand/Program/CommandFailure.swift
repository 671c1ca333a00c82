import HashRing
import NcursesTerminal
import Roulette
import Settings

/// Why a command did not do what was asked: one line for the operator, and the exit code.
struct CommandFailure: Error, Equatable, CustomStringConvertible {
    /// Who has to do something about it. The raw value is the exit code.
    enum Kind: Int32 {
        /// The thing asked for failed: a cluster is down, a message was not confirmed.
        case failed = 1
        /// The arguments or the configuration cannot work.
        case usage = 2
    }

    let kind: Kind
    /// What happened and what to do next. It may hold text from outside; it is escaped where it is printed.
    let description: String

    init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description
    }

    static func failed(_ description: String) -> Self { Self(.failed, description) }
    static func usage(_ description: String) -> Self { Self(.usage, description) }
}

extension CommandFailure {
    /// What an error of a library means for the program's exit code; nil for an error that is none of theirs.
    init?(_ error: any Error) {
        switch error {
        case let failure as CommandFailure:
            self = failure
        case let error as RouletteError:
            let mistakes: Set<RouletteError.Code> = [.configuration, .role, .invalidTopic, .headers]
            self.init(mistakes.contains(error.code) ? .usage : .failed, error.description)
        case let error as SettingsError:
            self.init(.usage, error.description)
        case let error as TerminalError:
            self.init(.usage, error.description)
        case let error as HashRingError:
            self.init(.usage, error.description)
        default:
            return nil
        }
    }
}
