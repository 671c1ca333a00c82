import Roulette
import ServiceLifecycle
import TestSupport
import Testing

/// A client beside the services that use it, with the loops that a program would write.
@Suite("Services of a group", .timeLimit(.minutes(2)))
struct ServiceGroupTests {
    private let jobs = 180
    private let options = SubscribeOptions(queueGroup: "workers", confirmed: true)

    @Test(arguments: ServiceOrder.allCases, ["jobs", "jobs.*"])
    func `a worker handles all jobs that were sent to it, then the group ends without an error`(
        order: ServiceOrder,
        pattern: String
    ) async throws {
        try await withDeployment(clusters: 2) { deployment in
            let client = try deployment.client()
            let reports = drainReports(of: client)
            let (isReady, done) = (Watched(false), Watched<[String]>([]))
            let worker = TestService { [options] in
                let subscription = try await client.subscribe(to: pattern, options: options)
                isReady.update { $0 = true }
                for try await job in subscription {
                    try await Task.sleep(for: .milliseconds(5))
                    let body = job.body
                    done.update { $0.append(body) }
                }
            }
            try await withServices(order.services(client, [worker])) { [jobs] in
                try await isReady.wait(for: "the worker") { $0 ? () : nil }
                try await deployment.withClient { publisher in
                    for number in 0..<jobs {
                        try await publisher.publish("\(number)", to: pattern == "jobs" ? "jobs" : "jobs.\(number % 10)")
                    }
                    try await publisher.flush()
                }
                try await done.wait(for: "some jobs") { $0.count >= 30 ? () : nil }
            }
            #expect(done.value.count == jobs && Set(done.value).count == jobs)
            #expect(await reports.value == [DrainReport()])
        }
    }

    @Test(arguments: ServiceOrder.allCases)
    func `a worker publishes its results until the last job, also from child tasks`(order: ServiceOrder) async throws {
        try await withDeployment(clusters: 2) { deployment in
            let client = try deployment.client()
            let (isReady, done) = (Watched(false), Watched(0))
            let worker = TestService { [options] in
                try await client.subscribe(to: "jobs", options: options) { subscription in
                    isReady.update { $0 = true }
                    try await withThrowingTaskGroup(of: Void.self) { tasks in
                        for try await job in subscription {
                            tasks.addTask {
                                try await Task.sleep(for: .milliseconds(200))
                                try await client.publish(job.body, to: "results")
                                done.update { $0 += 1 }
                            }
                        }
                        try await tasks.waitForAll()
                    }
                }
            }
            try await deployment.withClient { other in
                let results = try await other.subscribe(to: "results", options: SubscribeOptions(confirmed: true))
                try await withServices(order.services(client, [worker])) { [jobs] in
                    try await isReady.wait(for: "the worker") { $0 ? () : nil }
                    for number in 0..<jobs { try await other.publish("\(number)", to: "jobs") }
                    try await other.flush()
                    try await done.wait(for: "the first result") { $0 > 0 ? () : nil }
                }
                var received: Set<String> = []
                for try await result in results {
                    received.insert(result.body)
                    if received.count == jobs { break }
                }
                #expect(received.count == jobs)
            }
        }
    }

    @Test(arguments: ServiceOrder.allCases)
    func `all requests that a service has received are answered, also from child tasks`(order: ServiceOrder) async throws {
        try await withDeployment(clusters: 2) { deployment in
            let client = try deployment.client()
            let (isReady, begun) = (Watched(false), Watched(0))
            let responder = TestService {
                try await withThrowingTaskGroup(of: Void.self) { tasks in
                    let requests = try await client.subscribe(to: "questions", options: SubscribeOptions(confirmed: true))
                    isReady.update { $0 = true }
                    for try await request in requests {
                        begun.update { $0 += 1 }
                        tasks.addTask {
                            try await Task.sleep(for: .milliseconds(100))
                            try await request.respond("answer to \(request.body)")
                        }
                    }
                    try await tasks.waitForAll()
                }
            }
            try await deployment.withClient { asker in
                let asking = Task {
                    try await isReady.wait(for: "the responder") { $0 ? () : nil }
                    return try await withThrowingTaskGroup(of: Bool.self) { tasks in
                        for number in 0..<100 {
                            tasks.addTask {
                                let reply = try await asker.request("\(number)", to: "questions", timeout: .seconds(60))
                                return reply.body == "answer to \(number)"
                            }
                        }
                        return try await tasks.reduce(into: []) { $0.append($1) }
                    }
                }
                try await withServices(order.services(client, [responder])) {
                    // The group is shut down while all requests are in hand.
                    try await begun.wait(for: "all requests") { $0 == 100 ? () : nil }
                }
                #expect(try await asking.value == Array(repeating: true, count: 100))
            }
        }
    }

    @Test
    func `a member that leaves a queue group under load loses no message`() async throws {
        try await withDeployment(clusters: 1) { deployment in
            let handled = Watched<[[String]]>([[], []])
            let ready = Watched(0)
            @Sendable func worker(_ number: Int, _ client: RouletteClient) -> TestService {
                TestService { [options] in
                    let subscription = try await client.subscribe(to: "jobs", options: options)
                    ready.update { $0 += 1 }
                    for try await job in subscription {
                        let body = job.body
                        handled.update { $0[number].append(body) }
                    }
                }
            }
            let total = 20_000
            let (leaving, staying) = (try deployment.client(), try deployment.client())
            try await withServices([staying, worker(1, staying)]) {
                let publishing = Task {
                    try await ready.wait(for: "both workers") { $0 == 2 ? () : nil }
                    try await deployment.withClient { publisher in
                        for number in 0..<total {
                            try await publisher.publish("\(number)", to: "jobs")
                            if number % 100 == 99 { try await publisher.flush() }
                        }
                    }
                }
                try await withServices([leaving, worker(0, leaving)]) {
                    try await handled.wait(for: "some jobs of the first worker") { $0[0].count > 1_000 ? () : nil }
                }
                try await publishing.value
                try await handled.wait(for: "all jobs") { $0[0].count + $0[1].count >= total ? () : nil }
            }
            let all = handled.value
            #expect(all[0].count < total, "it left before the end")
            #expect(all[0].count + all[1].count == total && Set(all[0] + all[1]).count == total)
        }
    }

    /// Counts the messages to `numbers.*` while `body` runs.
    private func countingNumbers(in deployment: Deployment, _ body: (Watched<Int>) async throws -> Void) async throws {
        try await deployment.withClient { listener in
            let heard = try await listener.subscribe(to: "numbers.*", options: SubscribeOptions(confirmed: true))
            let count = Watched(0)
            let counting = Task { for try await _ in heard { count.update { $0 += 1 } } }
            try await body(count)
            heard.cancel()
            try await counting.value
        }
    }

    @Test
    func `everything that a publisher's loop published is confirmed, if the client is listed first`() async throws {
        try await withDeployment(clusters: 2) { deployment in
            let client = try deployment.client()
            let published = Watched(0)
            let publisher = TestService {
                while !Task.isShuttingDownGracefully {
                    try await client.publish("x", to: "numbers.\(published.value % 10)")
                    published.update { $0 += 1 }
                }
            }
            try await countingNumbers(in: deployment) { count in
                let reports = drainReports(of: client)
                try await withServices([client, publisher]) {
                    try await published.wait(for: "some messages") { $0 > 1_000 ? () : nil }
                }
                #expect(await reports.value == [DrainReport()])
                try await count.wait(for: "all messages") { $0 == published.value ? () : nil }
            }
        }
    }

    @Test
    func `if a publisher is listed first, it fails, and what it published before is confirmed nevertheless`() async throws {
        try await withDeployment(clusters: 2) { deployment in
            let client = try deployment.client()
            let published = Watched(0)
            let publisher = TestService {
                while true {
                    try await client.publish("x", to: "numbers.\(published.value % 10)")
                    published.update { $0 += 1 }
                }
            }
            try await countingNumbers(in: deployment) { count in
                let reports = drainReports(of: client)
                let error = await #expect(throws: RouletteError.self) {
                    try await withServices([publisher, client]) {
                        try await published.wait(for: "some messages") { $0 > 1_000 ? () : nil }
                    }
                }
                #expect(error?.code == .draining)
                #expect(await reports.value == [DrainReport()])
                try await count.wait(for: "all messages") { $0 == published.value ? () : nil }
            }
        }
    }

    @Test
    func `close() ends a graceful shutdown that waits for a consumer`() async throws {
        try await withDeployment(clusters: 1) { deployment in
            let client = try deployment.client { $0.drainTimeout = .seconds(3_600) }
            let (entered, mayEnd) = (Watched(false), Watched(false))
            let consuming = Task {
                let subscription = try await client.subscribe(to: "jobs", options: SubscribeOptions(confirmed: true))
                try await client.publish("job", to: "jobs")
                for try await _ in subscription {
                    entered.update { $0 = true }
                    try await mayEnd.wait(for: "the end of the client") { $0 ? () : nil }
                }
            }
            let closing = Task {
                try await entered.wait(for: "the consumer") { $0 ? () : nil }
                while (try? await client.publish("x", to: "other")) != nil { await Task.yield() }
                client.close()
            }
            try await withServices([client]) { try await entered.wait(for: "the consumer") { $0 ? () : nil } }
            try await closing.value
            mayEnd.update { $0 = true }
            try await consuming.value
        }
    }

    @Test
    func `a consumer outside of the group ends when the client does`() async throws {
        try await withDeployment(clusters: 1) { deployment in
            let client = try deployment.client()
            let isReady = Watched(false)
            let consuming = Task {
                let subscription = try await client.subscribe(to: "jobs", options: SubscribeOptions(confirmed: true))
                isReady.update { $0 = true }
                for try await _ in subscription {}
            }
            try await withServices([client]) { try await isReady.wait(for: "the consumer") { $0 ? () : nil } }
            try await consuming.value
        }
    }
}
