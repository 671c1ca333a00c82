import Roulette
import RouletteNATS
import Testing

@testable import RouletteTesting

@Suite("A deployment in memory", .timeLimit(.minutes(2)))
struct TestDeploymentTests {
    private let confirmed = SubscribeOptions(confirmed: true)

    private func next(_ subscription: Subscription) async throws -> Message {
        var iterator = subscription.makeAsyncIterator()
        return try #require(try await iterator.next())
    }

    @Test(arguments: TestClock.Mode.allCases)
    func `publishing, requests and wildcards need no time`(time: TestClock.Mode) async throws {
        let deployment = TestDeployment(time: time)
        try await deployment.withClient { client in
            #expect(client.snapshot().clusters.allSatisfy { $0.state == .up })
            let all = try await client.subscribe(to: ">", options: confirmed)
            let service = try await client.subscribe(to: "ask", options: confirmed)
            async let answering: Void = next(service).respond("answer")
            #expect(try await client.request("question", to: "ask").body == "answer")
            try await answering
            try await client.publish("x", to: "a.b", headers: ["Id": "1"])
            try await client.flush()
            let topics = [try await next(all).topic, try await next(all).topic]
            #expect(topics.contains("ask"))
            let recorded = try deployment.published(to: "a.*")
            #expect(recorded.map(\.body) == ["x"])
            #expect(try recorded[0].headers?["Id"] == "1")
            #expect(recorded[0].cluster == deployment.owner(of: "a.b").cluster)
            #expect(client.snapshot().identityAlarms.isEmpty)
        }
    }

    @Test
    func `on a manual clock, nothing times out unless the test moves the time, and then at the exact time`() async throws {
        let deployment = TestDeployment(time: .manual)
        try await deployment.withClient { client in
            let silent = try await client.subscribe(to: "silent", options: confirmed)
            let start = deployment.clock.now
            let asking = Task { try await client.request("x", to: "silent", timeout: .seconds(600)) }
            _ = try await next(silent)
            #expect(deployment.clock.now == start)
            await deployment.clock.advance(by: .milliseconds(599_999))
            #expect(client.snapshot().clusters.reduce(0) { $0 + $1.total(\.pendingRequests) } == 1)
            #expect(client.snapshot().clusters.allSatisfy { $0.state == .up }, "PINGs are answered")
            await deployment.clock.advance(by: .milliseconds(1))
            let error = await #expect(throws: RouletteError.self) { try await asking.value }
            #expect(error?.code == .timeout)
            #expect(deployment.clock.now - start == .seconds(600))
        }
    }

    @Test
    func `a silent server is detected after the ping intervals of the configuration`() async throws {
        let deployment = TestDeployment(clusters: ["alpha", "beta"], time: .manual)
        try await deployment.withClient { client in
            await deployment["beta"].freeze()
            await deployment.clock.advance(by: .seconds(4))
            #expect(client.snapshot().clusters[1].state == .up)
            await deployment.clock.advance(by: .seconds(13))
            #expect(client.snapshot().clusters.map(\.state) == [.up, .down])
            await deployment["beta"].start()
            try await deployment.clock.advance { client.snapshot().clusters[1].state == .up }
        }
    }

    @Test
    func `one connection of a pool can be closed, with the error of the server`() async throws {
        let deployment = TestDeployment(clusters: ["alpha"])
        try await deployment.withClient { client in
            let events = client.events
            await deployment["alpha"].closeConnections(role: .publisher, slot: 2, error: "Slow Consumer")
            var cause: NATSError?
            for await event in events where event.kind == .disconnected {
                #expect(event.connection?.role == .publisher && event.connection?.slot == 2)
                cause = event.cause
                break
            }
            #expect(cause?.message.localizedCaseInsensitive("slow consumer") == true, "\(String(describing: cause))")
            try await deployment.clock.advance { client.snapshot().clusters[0].state == .up }
            #expect(client.snapshot().clusters[0].total(\.reconnects) == 1)
            #expect(await deployment["alpha"].connectionCount == 10)
        }
    }

    @Test
    func `a server in lame-duck mode is left without a loss, and closes what is left after ten seconds`() async throws {
        let deployment = TestDeployment(clusters: ["alpha"], time: .manual)
        try await deployment.withClient({ $0.poolSize = 2 }) { client in
            let subscription = try await client.subscribe(to: "t", options: confirmed)
            await deployment["alpha"].enterLameDuckMode()
            try await deployment.clock.advance {
                client.snapshot().clusters[0].connections.allSatisfy { $0.connection.server?.name == "alpha-2" }
            }
            try await client.publish("x", to: "t")
            #expect(try await next(subscription).body == "x")
            await deployment.clock.advance(by: .seconds(20))
            #expect(client.snapshot().clusters[0].total(\.lost) == 0)
            #expect(client.snapshot().clusters[0].total(\.reconnects) == 4, "each connection has moved once")
            #expect(await deployment["alpha"].connectionCount == 4)
        }
        try await deployment.withClient({ $0.movesOnLameDuck = false }) { client in
            await deployment["alpha"].enterLameDuckMode()
            await deployment.clock.advance(by: .seconds(9))
            #expect(client.snapshot().clusters[0].total(\.reconnects) == 0)
            await deployment.clock.advance(by: .seconds(9))
            #expect(client.snapshot().clusters[0].total(\.reconnects) == 10)
        }
    }

    @Test
    func `refused logins and permissions can be set and undone`() async throws {
        let deployment = TestDeployment(clusters: ["alpha"])
        let cluster = deployment["alpha"]
        try await cluster.denyPublishing(to: "secret.>")
        try await deployment.withClient({ $0.poolSize = 1 }) { client in
            try await client.publish("x", to: "secret.a")
            await #expect(throws: RouletteError.self) { try await client.flush() }
            await cluster.allowEverything()
            try await client.publish("x", to: "secret.a")
            try await client.flush()
            #expect(try deployment.published().map(\.topic) == ["secret.a"])
            await cluster.refuseLogins()
            await cluster.closeConnections()
            try await deployment.clock.advance { client.snapshot().clusters[0].lastError?.code == .authorization }
            await cluster.allowEverything()
            try await deployment.clock.advance { client.snapshot().clusters[0].state == .up }
        }
    }

    @Test
    func `a program with a wrong ring can be imitated`() async throws {
        let deployment = TestDeployment()
        try await deployment.withClient { client in
            let all = try await client.subscribe(to: "*", options: confirmed)
            let wrong = try #require(deployment.clusters.first { $0.name != deployment.owner(of: "t").name })
            #expect(try await deployment.publish("x", to: "t", on: wrong) == 1)
            #expect(try await next(all).cluster == wrong.cluster)
            #expect(try await deployment.publish("x", to: "nobody.at.all") == 0)
        }
    }

    @Test
    func `a client of a cluster that is not there gets the error of an unknown host`() async throws {
        let deployment = TestDeployment(clusters: ["alpha"])
        let client = try deployment.makeClient {
            $0.poolSize = 1
            $0.clusters.append(.init(host: "other"))
        }
        let events = client.events
        async let running: Void = client.run()
        for await event in events where event.cause?.code == .hostNotFound { break }
        #expect(client.snapshot().clusters[1].lastError?.code == .hostNotFound)
        client.close()
        await running
    }

    @Test
    func `several addresses of a cluster can be names of the deployment`() async throws {
        let deployment = TestDeployment(clusters: ["alpha", "other"])
        let server = try ClusterConfiguration(hosts: [.init(host: "nowhere"), .init(host: "alpha")])
        try await deployment.withClient({ $0.clusters = [server] }) { client in
            try await deployment.clock.advance { client.snapshot().clusters[0].state == .up }
            #expect(client.clusters[0].address == "nowhere:4222")
            #expect(Set(client.snapshot().clusters[0].connections.compactMap(\.connection.address?.host)) == ["alpha"])
        }
    }

    @Test
    func `messages made by hand have everything but a connection`() async throws {
        let message = try Message(topic: "a", payload: [1, 2], reply: "b", headers: ["Id": "1"])
        #expect(message.topic == "a" && message.reply == "b" && Array(message.payload.readableBytesView) == [1, 2])
        #expect(try message.headers?["Id"] == "1")
        #expect(message.cluster.name == "test" && message.cluster.address == "test:4222")
        #expect(message.copied().body == message.body)
        let error = await #expect(throws: RouletteError.self) { try await message.respond("x") }
        #expect(error?.code == .clusterUnavailable)
        #expect(throws: RouletteError.self) { try Message(topic: "a.*", payload: "") }
        #expect(throws: RouletteError.self) { try Message(topic: "a", payload: "", headers: ["a b": ""]) }
        #expect(try Message(topic: "a", payload: "").headers == nil)
    }

    @Test
    func `a message of another client is not answered, whatever its clusters, and nothing crashes`() async throws {
        let (large, small) = (TestDeployment(), TestDeployment(clusters: ["alpha"]))
        try await small.withClient({ $0.poolSize = 1 }) { client in
            var other: Message?
            try await small.withClient({ $0.poolSize = 1 }) { sibling in
                let subscription = try await sibling.subscribe(to: "a", options: confirmed)
                try await small.publish("", to: "a", reply: "b")
                other = try await next(subscription)
            }
            for message in [
                try #require(other),
                try Message(topic: "a", payload: "", reply: "b"),
                try Message(topic: "a", payload: "", reply: "b", cluster: large.clusters[2].cluster),
                try Message(topic: "a", payload: "", reply: "b", cluster: Cluster(name: "x", index: -1)),
            ] {
                let error = await #expect(throws: RouletteError.self) { try await client.reply(to: message, "x") }
                #expect(error?.code == .clusterUnavailable)
            }
        }
    }

    @Test(arguments: TestClock.Mode.allCases)
    func `what was published just before the end of a client arrives, as over TCP`(time: TestClock.Mode) async throws {
        let deployment = TestDeployment(clusters: ["alpha"], time: time)
        try await deployment.withClient { client in
            try client.tryPublish("last", to: "a")
            client.close()
        }
        #expect(try deployment.published(to: "a").map(\.body) == ["last"])
    }

    @Test
    func `with a frozen cluster and a manual clock, the closure is called after the connection timeout`() async throws {
        let deployment = TestDeployment(clusters: ["alpha", "beta"], time: .manual)
        await deployment["beta"].freeze()
        let start = deployment.clock.now
        try await deployment.withClient { client in
            #expect(client.snapshot().clusters[0].state == .up)
            #expect(client.snapshot().clusters[1].lastError?.code == .connectTimeout)
        }
        #expect(deployment.clock.now - start >= deployment.configuration.connectionTimeout)
    }

    @Test
    func `waiting for subscribers ends with an error if there are none in time`() async throws {
        let deployment = TestDeployment()
        await #expect(throws: TestTimeoutError.self) {
            try await deployment.waitForSubscribers(of: "typo", within: .milliseconds(20))
        }
    }

    @Test
    func `the cluster of a message is that of the deployment, also with capitals in the name`() async throws {
        let deployment = TestDeployment(clusters: ["Alpha"])
        try await deployment.withClient { client in
            let subscription = try await client.subscribe(to: "a", options: confirmed)
            try await deployment.publish("", to: "a")
            #expect(try await next(subscription).cluster == deployment["Alpha"].cluster)
        }
    }

    @Test
    func `the same seed chooses the same members of a queue group`() async throws {
        func received(seed: UInt64) async throws -> [[String]] {
            let deployment = TestDeployment(clusters: ["alpha"], seed: seed)
            return try await deployment.withClient { client in
                let options = SubscribeOptions(queueGroup: "g", confirmed: true)
                var members: [Subscription] = []
                for _ in 0..<3 { members.append(try await client.subscribe(to: "a", options: options)) }
                for number in 0..<30 { try await deployment.publish("\(number)", to: "a") }
                for member in members { await member.drain() }
                var bodies: [[String]] = []
                for member in members {
                    bodies.append([])
                    for try await message in member { bodies[bodies.count - 1].append(message.body) }
                }
                return bodies
            }
        }
        let first = try await received(seed: 1)
        #expect(first.joined().count == 30)
        #expect(try await received(seed: 1) == first)
        #expect(try await received(seed: 2) != first)
    }

    @Test
    func `the clock is a clock for the code under test too`() async throws {
        let clock = TestClock(.manual)
        let sleeping = Task { try await clock.sleep(for: .seconds(100)) }
        let canceled = Task { try await clock.sleep(for: .seconds(100)) }
        canceled.cancel()
        await #expect(throws: CancellationError.self) { try await canceled.value }
        let start = clock.now
        try await clock.passing { try await sleeping.value }
        #expect(clock.now - start >= .seconds(100) && clock.now - start < .seconds(200))
        await #expect(throws: TestTimeoutError.self) { try await clock.advance(atMost: .seconds(1)) { false } }
    }
}

extension String {
    fileprivate func localizedCaseInsensitive(_ text: String) -> Bool { lowercased().contains(text.lowercased()) }
}
