import Foundation

/// How much work the large tests do.
package enum TestScale {
    /// Whether the tests run at the size their acceptance checks name, which takes minutes in a debug build:
    /// `scripts/test --all` sets the variable.
    package static let isFull = ProcessInfo.processInfo.environment["ROULETTE_FULL_TESTS"] != nil

    /// One number for every day and one for the full size.
    package static func count(_ everyDay: Int, full: Int) -> Int { self.isFull ? full : everyDay }
}
