import NATSWire
import NIOCore

extension NATSClient {
    /// Waits until the server has confirmed everything published before, requests included: a PING is sent behind it.
    ///
    /// A message that the server refuses is no confirmed message. Of each refusal one call tells, and those that were under
    /// way at the same time.
    ///
    /// - Throws: ``NATSError/Code/permission``, with the subject, when the server refused a message because this user may not
    ///   publish there; ``NATSError/Code/serverError`` when it refused one for another reason;
    ///   ``NATSError/Code/notConnected`` without a connection; the cause of the loss when it is lost meanwhile.
    public func flush() async throws(NATSError) {
        try await flush(of: nil)
    }

    /// The same for the messages to one subject: refusals that name another subject are left for other calls. Those that name
    /// none, and those beyond the number that is remembered, may concern any subject.
    ///
    /// - Parameter subject: Nil for all.
    package func flush(of subject: Subject?) async throws(NATSError) {
        let start = driver.status.update { $0.refusals.beginFlush() }
        do throws(NATSError) {
            try await confirm()
        } catch {
            driver.status.update { $0.refusals.abandonFlush() }
            throw error
        }
        // The refusals came before the PONG.
        if let refusal = driver.status.update({ $0.refusals.endFlush(start, of: subject) }) { throw refusal }
    }

    /// Waits for the answer to a PING behind everything published before, whatever became of that.
    package func confirm() async throws(NATSError) {
        let waiter = Waiter()
        if try outbound.requestFlush(waiter) { wake() }
        try await waiter.wait()
    }

    /// Whether messages were refused that no flush has told of.
    package var hasUntoldRefusals: Bool { driver.status.update { $0.refusals.hasUntold } }

    /// Why messages were lost with a connection the last time.
    package var lossCause: NATSError? { driver.status.update { $0.lossCause } }
}
