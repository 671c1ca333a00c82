import Foundation

/// The size of the large tests.
package enum TestScale {
    /// Whether the tests run at the size of their acceptance checks, which takes minutes in a debug build. `scripts/test
    /// --all` sets the variable.
    package static let isFull = ProcessInfo.processInfo.environment["ROULETTE_FULL_TESTS"] != nil

    /// Returns one of two numbers, depending on the size of the tests.
    package static func count(_ everyDay: Int, full: Int) -> Int { self.isFull ? full : everyDay }
}
