import CommandSupport
import ConsistentHashing
import NcursesTerminal
import Roulette
import Settings

extension CommandError {
    /// The failure for an error of one of the libraries; nil for any other error.
    init?(_ error: any Error) {
        switch error {
        case let failure as CommandError:
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
