import Locking

/// Resolves a waiter after a number of events.
package final class Countdown: Sendable {
    private let remaining: Mutex<Int>
    private let waiter: Waiter

    /// Creates a countdown. If the count is zero, the waiter is resolved at once.
    package init(_ count: Int, then waiter: Waiter) {
        self.remaining = Mutex(count)
        self.waiter = waiter
        if count == 0 { waiter.resolve() }
    }

    /// Counts one event.
    package func arrive() {
        let isLast = remaining.withLock { count in
            count -= 1
            return count == 0
        }
        if isLast { waiter.resolve() }
    }
}
