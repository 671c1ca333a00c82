import RouletteNATS
// The library has to know whether a task belongs to a service: only then does it wait for the turn of that service. There is no
// public way to find out, and the functions that wait for graceful shutdown never return outside of a service.
@_spi(TestKit) import ServiceLifecycle

/// The service of a `ServiceGroup` that the current task belongs to.
enum ServiceContext {
    /// Identifies the service, or nil if the task does not belong to one. Tasks inherit it from the task that creates them.
    static var current: ObjectIdentifier? { TaskLocals.gracefulShutdownManager.map { ObjectIdentifier($0) } }

    /// Waits until the service is asked to shut down gracefully. Returns at once outside of a service.
    ///
    /// - Throws: ``NATSError/Code/canceled``.
    static func waitForShutdown() async throws(NATSError) {
        guard current != nil else { return }
        let waiter = Waiter()
        let result: Result<Void, NATSError> = await withGracefulShutdownHandler {
            do throws(NATSError) {
                return .success(try await waiter.wait())
            } catch {
                return .failure(error)
            }
        } onGracefulShutdown: {
            waiter.resolve()
        }
        try result.get()
    }
}
