import Logging
import Roulette
import ServiceLifecycle
import TestSupport

/// A service made of a closure, with the loops that a program would have.
struct TestService: Service {
    let body: @Sendable () async throws -> Void

    func run() async throws { try await body() }
}

/// The order in which the services of a program are listed. A group stops them in reverse order.
enum ServiceOrder: CaseIterable {
    case clientFirst
    case clientLast

    func services(_ client: RouletteClient, _ others: [any Service]) -> [any Service] {
        switch self {
        case .clientFirst: [client] + others
        case .clientLast: others + [client]
        }
    }
}

/// Runs services like the main function of a program, and returns after graceful shutdown.
///
/// - Parameter body: Returns when the group must be shut down.
func withServices(
    _ services: [any Service],
    until body: @escaping @Sendable () async throws -> Void
) async throws {
    let silent = Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() }
    let group = ServiceGroup(configuration: .init(services: services.map { .init(service: $0) }, logger: silent))
    try await withThrowingTaskGroup(of: Void.self) { tasks in
        tasks.addTask { try await group.run() }
        tasks.addTask {
            try await body()
            await group.triggerGracefulShutdown()
        }
        try await tasks.waitForAll()
    }
}

extension Deployment {
    /// A client that a test runs itself.
    func client(_ change: (inout RouletteConfiguration) -> Void = { _ in }) throws -> RouletteClient {
        var configuration = RouletteConfiguration(clusters: servers.map { .init(host: "127.0.0.1", port: $0.port) })
        configuration.poolSize = 2
        configuration.metricsInterval = nil
        change(&configuration)
        return try RouletteClient(configuration: configuration)
    }
}

/// The reports of all drains of a client, from now until its end.
func drainReports(of client: RouletteClient) -> Task<[DrainReport], Never> {
    let events = client.events
    return Task {
        var reports: [DrainReport] = []
        for await event in events { if let report = event.drainReport { reports.append(report) } }
        return reports
    }
}
