import Locking

/// Resolves a waiter when the last of several things has happened.
package final class Countdown: Sendable {
    private let remaining: Mutex<Int>
    private let waiter: Waiter

    /// With a count of zero the waiter is resolved at once.
    package init(_ count: Int, then waiter: Waiter) {
        self.remaining = Mutex(count)
        self.waiter = waiter
        if count == 0 { waiter.resolve() }
    }

    /// One of them has happened.
    package func arrive() {
        let isLast = remaining.withLock { count in
            count -= 1
            return count == 0
        }
        if isLast { waiter.resolve() }
    }
}
