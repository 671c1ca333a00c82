/// Lets a publisher wait for free space in a full outbound buffer.
@usableFromInline
package struct BufferSpace: Sendable {
    let waiter: Waiter

    /// Waits until a publisher may try again.
    @usableFromInline
    package func wait() async throws(NATSError) {
        try await waiter.wait()
    }

    /// Ends the wait with an error.
    func fail(_ error: NATSError) {
        waiter.resolve(error)
    }
}
