import CommandSupport
import NIOCore
import NIOPosix
import Roulette
import Settings

/// Connects for the duration of a benchmark.
enum BenchSession {
    /// Waits for the connections, and runs `body` until it returns or the operator stops it.
    ///
    /// - Parameters:
    ///   - role: What the client does. A read-only profile must not publish.
    ///   - onEventLoop: Whether `body` runs on the event loop of the connections.
    static func run(
        _ connection: ConnectionOptions,
        role: RouletteConfiguration.Role,
        onEventLoop: Bool = false,
        _ body: @escaping @Sendable (RouletteClient) async throws -> Void
    ) async throws {
        var profile = try connection.resolve().profile
        guard role == .subscriber || profile.allowPublish else {
            throw CommandError.usage("profile \(profile.name) is read-only; set allow_publish = true in it to publish")
        }
        try profile.completeLogin()
        var configuration = try RouletteConfiguration(profile: profile)
        configuration.role = role
        configuration.connectionName = "roulette bench"
        let group: any EventLoopGroup =
            onEventLoop ? MultiThreadedEventLoopGroup(numberOfThreads: 1) : MultiThreadedEventLoopGroup.singleton
        let executor = EventLoopExecutor(eventLoop: group.next())
        let result: Result<Void, any Error>
        do {
            try await Session.withClient(configuration, eventLoopGroup: group) { client in
                try await untilStopped {
                    await FirstContact.wait(for: client)
                    try await withTaskExecutorPreference(onEventLoop ? executor : nil) { try await body(client) }
                }
            }
            result = .success(())
        } catch {
            result = .failure(error)
        }
        if onEventLoop { try await group.shutdownGracefully() }
        try result.get()
    }

    /// Runs tasks on an event loop.
    private final class EventLoopExecutor: TaskExecutor {
        private let eventLoop: any EventLoop

        init(eventLoop: any EventLoop) {
            self.eventLoop = eventLoop
        }

        func enqueue(_ job: consuming ExecutorJob) {
            let job = UnownedJob(job)
            eventLoop.execute { job.runSynchronously(on: asUnownedTaskExecutor()) }
        }
    }
}
