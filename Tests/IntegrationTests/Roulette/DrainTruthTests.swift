import Roulette
import TestSupport
import Testing

/// What a drain waits for, and what it reports.
@Suite("A drain waits for all work, and only for work", .timeLimit(.minutes(2)))
struct DrainTruthTests {
    /// Longer than any test.
    private let long: Duration = .seconds(3_600)

    @Test
    func `beside 16 publishers, a drain is complete, and they are refused from its first step`() async throws {
        try await withDeployment(clusters: 2) { deployment in
            try await deployment.withClient { client in
                try await deployment.waitUntilUp(client)
                // A consumer that has not finished keeps the drain in its first step.
                let (entered, mayEnd) = (Watched(false), Watched(false))
                let subscription = try await client.subscribe(to: "jobs", options: SubscribeOptions(confirmed: true))
                let consuming = Task {
                    for try await _ in subscription {
                        entered.update { $0 = true }
                        try await mayEnd.wait(for: "the publishers to be refused") { $0 ? () : nil }
                        try await client.publish("result", to: "results")
                    }
                }
                try await client.publish("job", to: "jobs")
                try await entered.wait(for: "the consumer") { $0 ? () : nil }
                let (published, refused) = (Watched(0), Watched<[RouletteError.Code]>([]))
                let publishers = (0..<16).map { number in
                    Task {
                        do throws(RouletteError) {
                            while true {
                                try await client.publish("x", to: "load.\(number)")
                                published.update { $0 += 1 }
                            }
                        } catch {
                            let code = error.code
                            refused.update { $0.append(code) }
                        }
                    }
                }
                try await published.wait(for: "load") { $0 > 10_000 ? () : nil }
                let draining = Task { [long] in try await client.drain(timeout: long) }
                try await refused.wait(for: "all publishers to be refused") { $0.count == 16 ? () : nil }
                #expect(Set(refused.value) == [.draining])
                mayEnd.update { $0 = true }
                try await draining.value
                try await consuming.value
                for publisher in publishers { await publisher.value }
            }
        }
    }

    @Test
    func `a loop that was left does not delay the drain, even if its subscription is in scope`() async throws {
        try await withDeployment(clusters: 1) { deployment in
            try await deployment.withClient { client in
                let subscription = try await client.subscribe(to: "first", options: SubscribeOptions(confirmed: true))
                try await client.publish("x", to: "first")
                for try await _ in subscription { break }
                try await client.drain(timeout: long)
                withExtendedLifetime(subscription) {}
            }
        }
    }

    @Test
    func `messages in the hand of a stuck consumer are reported with their subscription, and the last messages are confirmed`()
        async throws
    {
        try await withDeployment(clusters: 1) { deployment in
            try await deployment.withClient { client in
                let (entered, mayEnd) = (Watched(false), Watched(false))
                let subscription = try await client.subscribe(to: "stuck", options: SubscribeOptions(confirmed: true))
                let consuming = Task {
                    for try await _ in subscription {
                        if entered.value { continue }
                        for _ in 0..<1_000 { try await client.publish("result", to: "results") }
                        entered.update { $0 = true }
                        try await mayEnd.wait(for: "the end of the drain") { $0 ? () : nil }
                    }
                }
                for number in 0..<25 { try await client.publish("\(number)", to: "stuck") }
                try await client.delivered(to: "stuck")
                try await entered.wait(for: "the consumer") { $0 ? () : nil }
                let reports = drainReports(of: client)
                let error = await #expect(throws: RouletteError.self) { try await client.drain(timeout: .seconds(1)) }
                #expect(
                    error?.message
                        == "24 received messages were not taken by their consumers; 1 messages were still being handled; "
                        + "these subscriptions did not finish: stuck"
                )
                var expected = DrainReport()
                expected.undelivered = 24
                expected.unfinished = 1
                expected.unfinishedSubscriptions = ["stuck"]
                mayEnd.update { $0 = true }
                try await consuming.value
                #expect(await reports.value == [expected])
            }
        }
    }

    @Test
    func `requests that child tasks handle are waited for and answered`() async throws {
        try await withDeployment(clusters: 1) { deployment in
            try await deployment.withClient { asker in
                try await deployment.withClient { client in
                    let requests = try await client.subscribe(to: "questions", options: SubscribeOptions(confirmed: true))
                    let (begun, mayEnd) = (Watched(0), Watched(false))
                    let responding = Task {
                        try await withThrowingTaskGroup(of: Void.self) { tasks in
                            for try await request in requests {
                                begun.update { $0 += 1 }
                                tasks.addTask {
                                    try await mayEnd.wait(for: "the drain") { $0 ? () : nil }
                                    try await request.respond("answer")
                                }
                            }
                            try await tasks.waitForAll()
                        }
                    }
                    let asking = Task { [long] in
                        try await withThrowingTaskGroup(of: String.self) { tasks in
                            for _ in 0..<50 {
                                tasks.addTask { try await asker.request("x", to: "questions", timeout: long).body }
                            }
                            return try await tasks.reduce(into: []) { $0.append($1) }
                        }
                    }
                    try await begun.wait(for: "all requests") { $0 == 50 ? () : nil }
                    let draining = Task { [long] in try await client.drain(timeout: long) }
                    // New messages are refused when the drain has begun.
                    while (try? await client.publish("x", to: "other")) != nil { await Task.yield() }
                    mayEnd.update { $0 = true }
                    try await draining.value
                    try await responding.value
                    #expect(try await asking.value == Array(repeating: "answer", count: 50))
                }
            }
        }
    }

    @Test
    func `leaving a queue group by drain() loses nothing under load; the other members get the rest`() async throws {
        try await withDeployment(clusters: 1) { deployment in
            try await deployment.withClient { client in
                let options = SubscribeOptions(queueGroup: "q", confirmed: true)
                let handled = Watched(0)
                let stay = try await client.subscribe(to: "jobs", options: options)
                let staying = Task { for try await _ in stay { handled.update { $0 += 1 } } }
                let total = 50_000
                let publishing = Task {
                    try await deployment.withClient { publisher in
                        for number in 0..<total {
                            try await publisher.publish("\(number)", to: "jobs")
                            if number % 500 == 499 { try await publisher.flush() }
                        }
                        try await publisher.flush()
                    }
                }
                // Members come and go until everything is published.
                var members = 0
                while handled.value < total * 9 / 10 {
                    members += 1
                    let member = try await client.subscribe(to: "jobs", options: options)
                    let enough = Watched(0)
                    let working = Task {
                        for try await _ in member {
                            handled.update { $0 += 1 }
                            enough.update { $0 += 1 }
                        }
                    }
                    try await enough.wait(for: "messages of the member") { [handled] in
                        $0 > 100 || handled.value >= total * 9 / 10 ? () : nil
                    }
                    await member.drain()
                    try await working.value
                }
                #expect(members > 1)
                try await publishing.value
                try await handled.wait(for: "all messages, \(members) members") { $0 == total ? () : nil }
                await stay.drain()
                try await staying.value
                #expect(handled.value == total)
            }
        }
    }

    @Test
    func `drain() of a subscription can be called in its loop`() async throws {
        try await withDeployment(clusters: 2) { deployment in
            try await deployment.withClient { client in
                for pattern in ["numbers", "numbers.*"] {
                    let subscription = try await client.subscribe(to: pattern, options: SubscribeOptions(confirmed: true))
                    for number in 0..<100 {
                        try await client.publish("\(number)", to: pattern == "numbers" ? pattern : "numbers.\(number)")
                    }
                    try await client.flush()
                    var count = 0
                    for try await _ in subscription {
                        if count == 0 { await subscription.drain() }
                        count += 1
                    }
                    #expect(count == 100, "all were confirmed, so the servers had sent them")
                }
            }
        }
    }
}
