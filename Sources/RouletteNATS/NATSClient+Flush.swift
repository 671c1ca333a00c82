import NATSWire
import NIOCore

extension NATSClient {
    /// Waits until the server has confirmed everything published before, requests included. It sends a PING after these messages
    /// and waits for the PONG.
    ///
    /// A refused message is not confirmed. Each refusal is reported by one call, and by the calls that were in progress at the
    /// same time.
    ///
    /// - Throws: ``NATSError/Code/permission``, with the subject, if the server refused a message because this user may not
    ///   publish there; ``NATSError/Code/serverError`` if it refused one for another reason; ``NATSError/Code/notConnected``
    ///   without a connection; the cause of the loss if the connection is lost meanwhile.
    public func flush() async throws(NATSError) {
        try await flush(of: nil)
    }

    /// Waits for the confirmation of the messages to one subject. Refusals that name another subject are left for other calls.
    /// Refusals without a subject, and refusals that were not stored because there were too many, may concern any subject.
    ///
    /// - Parameter subject: The subject, or nil for all subjects.
    package func flush(of subject: Subject?) async throws(NATSError) {
        let start = driver.status.update { $0.refusals.beginFlush() }
        do throws(NATSError) {
            try await confirm()
        } catch {
            driver.status.update { $0.refusals.abandonFlush() }
            throw error
        }
        // The refusals arrive before the PONG.
        if let refusal = driver.status.update({ $0.refusals.endFlush(start, of: subject) }) { throw refusal }
    }

    /// Waits for the PONG to a PING that is sent after everything published before. Refusals are ignored.
    package func confirm() async throws(NATSError) {
        let waiter = Waiter()
        if try outbound.requestFlush(waiter) { wake() }
        try await waiter.wait()
    }

    /// Measures the time from a PING to its PONG. The PING is sent after everything published before.
    ///
    /// - Throws: ``NATSError/Code/notConnected`` without a connection; the cause of the loss if the connection is lost meanwhile;
    ///   ``NATSError/Code/canceled``.
    public func rtt() async throws(NATSError) -> Duration {
        let start = clock.now()
        try await confirm()
        return Duration(clock.now() - start)
    }

    /// Whether the server refused messages that no flush has reported.
    package var hasUnreportedRefusals: Bool { driver.status.update { $0.refusals.hasUnreported } }

    /// The cause of the last loss of messages.
    package var lossCause: NATSError? { driver.status.update { $0.lossCause } }
}
