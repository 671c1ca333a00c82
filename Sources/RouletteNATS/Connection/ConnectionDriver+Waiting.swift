import NIOCore

/// Calls that wait for a connection or for its end.
extension ConnectionDriver {
    func whenFinished(_ waiter: Waiter) {
        eventLoop.assertInEventLoop()
        if machine.lifecycle.state == .closed { waiter.resolve() } else { finished.append(waiter) }
    }

    /// Resolves the waiter when the first attempt to connect has succeeded or failed, when `timeout` has passed, or when the
    /// client is closed.
    func whenFirstAttemptIsOver(_ waiter: Waiter, timeout: TimeAmount) {
        eventLoop.assertInEventLoop()
        if isFirstAttemptOver { return waiter.resolve() }
        let timer = eventLoop.scheduleTask(in: timeout) {
            self.waitingForFirstAttempt.removeAll { $0.waiter === waiter }
            waiter.resolve()
        }
        waitingForFirstAttempt.append((waiter, timer))
    }

    /// Resolves the waiter when the connection is established, when `timeout` has passed, or when the client is closed.
    func whenConnected(_ waiter: Waiter, timeout: TimeAmount) {
        eventLoop.assertInEventLoop()
        if activeConnection != nil || machine.lifecycle.state == .closed { return waiter.resolve() }
        let timer = eventLoop.scheduleTask(in: timeout) {
            self.waitingForConnection.removeAll { $0.waiter === waiter }
            waiter.resolve()
        }
        waitingForConnection.append((waiter, timer))
    }

    func firstAttemptIsOver() {
        isFirstAttemptOver = true
        Self.resolve(&waitingForFirstAttempt)
    }

    /// Resumes the waiting calls because the connection is established or the client is closed.
    func resumeCalls() {
        firstAttemptIsOver()
        Self.resolve(&waitingForConnection)
    }

    private static func resolve(_ waiting: inout [(waiter: Waiter, timeout: Scheduled<Void>)]) {
        let resolved = waiting
        waiting = []
        for (waiter, timeout) in resolved {
            timeout.cancel()
            waiter.resolve()
        }
    }
}
