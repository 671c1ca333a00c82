import NATSWire
import RouletteNATS
import TestSupport
import Testing

/// Acceptance checks 1–3 and 10: the fate of messages when a server fails. Minutes are scaled to seconds.
@Suite("Faults: servers that fail", .serialized, .timeLimit(.minutes(5)))
struct KilledServerTests {
    @Test
    func `check 1: kill -9 under load: losses are reported with an upper bound, in order per topic, without duplicates`()
        async throws
    {
        try await NATSServerProcess.withServer { server in
            try await server.withClient { client in
                // On one connection, the SUB is sent again before anything is published, so no message falls in a missed
                // interval.
                let subscription = try await client.subscribe(to: "load.>", confirmed: true)
                let receiving = Task {
                    var received: [String: [Int]] = [:]
                    for try await message in subscription {
                        if message.subject == "load.end" { break }
                        received[message.subject, default: []].append(Int(message.body) ?? -1)
                    }
                    return received
                }
                let count = Watched(0)
                var number = 0
                // Messages that the server has confirmed can no longer be lost.
                try await Self.publishAtRate(client, perSecond: 10_000, from: &number, counting: count) { $0 < 1 }
                try await client.flush()
                let confirmed = count.value
                #expect(client.snapshot.unconfirmed == 0)

                let events = client.events(buffer: 100)
                let atLoss = Task {
                    let unconfirmed = try await events.firstLoss().unconfirmed
                    // Messages accepted from now on wait for the next connection.
                    return (unconfirmed: unconfirmed, accepted: count.value)
                }
                let isBack = Watched(false)
                let restarting = Task {
                    try await count.wait(for: "messages in flight when the server fails") { $0 > confirmed + 2_000 ? () : nil }
                    server.kill()
                    try await Task.sleep(for: .seconds(2))
                    try await server.restart()
                    isBack.update { $0 = true }
                }
                try await Self.publishAtRate(client, perSecond: 10_000, from: &number, counting: count) { _ in !isBack.value }
                try await restarting.value
                try await client.whenConnected()
                try await client.publish("", to: "load.end")
                let received = try await receiving.value

                #expect(client.snapshot.reconnects >= 1)
                let lost = Int(client.snapshot.lost)
                let loss = try await atLoss.value
                #expect(lost == Int(loss.unconfirmed), "the event and the count agree")
                let total = received.values.reduce(0) { $0 + $1.count }
                let accepted = count.value
                #expect(accepted <= total + lost, "\(accepted) accepted, \(total) received, \(lost) reported as lost")
                #expect(lost > 0, "2,000 messages were not confirmed")
                let couldBeLost = loss.accepted - confirmed + 1
                #expect(lost <= couldBeLost, "\(lost) reported as lost, at most \(couldBeLost) can be lost")
                #expect(total >= confirmed && total <= accepted && received.count == 8)
                for (topic, numbers) in received {
                    #expect(zip(numbers, numbers.dropFirst()).allSatisfy { $0 < $1 }, "\(topic): out of order or twice")
                }
            }
        }
    }

    /// Publishes numbers on eight topics in turn. A publish may fail with the errors of a lost connection.
    ///
    /// - Parameters:
    ///   - number: The last used number, also of a publish that may have failed.
    ///   - count: Incremented for each accepted message.
    private static func publishAtRate(
        _ client: NATSClient,
        perSecond rate: Int,
        from number: inout Int,
        counting count: Watched<Int>,
        while goesOn: (_ seconds: Double) -> Bool
    ) async throws {
        let topics = try (0..<8).map { try Subject("load.topic\($0)") }
        let expected: Set<NATSError.Code> = [.notConnected, .bufferFull, .disconnected]
        let start = ContinuousClock.now
        let first = number
        while goesOn((ContinuousClock.now - start) / .seconds(1)) {
            for _ in 0..<(rate / 100) {
                number += 1
                let error = await failure { () async throws(NATSError) in
                    try await client.publish("\(number)", to: topics[number % topics.count])
                }
                if error == nil { count.update { $0 += 1 } }
                if let error { #expect(expected.contains(error.code), "\(error)") }
            }
            try await ContinuousClock().sleep(until: start + .seconds(Double(number - first) / Double(rate)))
        }
    }

    @Test
    func `check 2: 100 MB published while the server is down: the buffer is bounded, excess is rejected immediately`()
        async throws
    {
        try await NATSServerProcess.withServer { server in
            let buffer = 8 << 20
            try await server.withClient({ configuration in
                configuration.reconnectBufferSize = buffer
            }) { client in
                let events = client.events(buffer: 100)
                server.kill()
                try await events.first { if case .disconnected = $0 { true } else { false } }
                let padding = String(repeating: "x", count: 10_000)
                var accepted: [Int] = []
                var refusals: [Duration] = []
                for number in 0..<10_000 {
                    let start = ContinuousClock.now
                    let error = await failure { () async throws(NATSError) in
                        try await client.publish("\(number) \(padding)", to: "outage")
                    }
                    if error == nil { accepted.append(number) } else { refusals.append(ContinuousClock.now - start) }
                    #expect(error == nil || error?.code == .bufferFull)
                }
                #expect(accepted.count < 840 && accepted.count > 800, "8 MiB hold 838 of them")
                #expect(accepted == Array(0..<accepted.count), "the first ones, without a gap")
                #expect(client.snapshot.bufferedBytes <= buffer)
                // The median, because the machine may delay any single call.
                #expect(refusals.sorted()[refusals.count / 2] < .milliseconds(1))

                try await server.restart()
                try await client.whenConnected()
                try await client.flush()
                #expect(client.snapshot.messagesOut == UInt64(accepted.count))
                #expect(client.snapshot.lost == 0 && client.snapshot.unconfirmed == 0)
            }
        }
    }

    @Test
    func `check 2: messages buffered during an outage arrive complete and in order`() async throws {
        try await NATSServerProcess.withServer { server in
            try await server.withClient { client in
                let subscription = try await client.subscribe(to: "outage", confirmed: true)
                let events = client.events(buffer: 100)
                server.kill()
                try await events.first { if case .disconnected = $0 { true } else { false } }
                let padding = String(repeating: "x", count: 10_000)
                for number in 0..<500 { try await client.publish("\(number) \(padding)", to: "outage") }
                try await server.restart()
                var iterator = subscription.makeAsyncIterator()
                for number in 0..<500 {
                    #expect(try await iterator.next()?.body == "\(number) \(padding)")
                }
            }
        }
    }

    @Test
    func `check 3: without a reconnect buffer, publishing while disconnected fails immediately`() async throws {
        try await NATSServerProcess.withServer { server in
            try await server.withClient({ configuration in
                configuration.reconnectBufferSize = 0
            }) { client in
                let events = client.events(buffer: 100)
                server.kill()
                try await events.first { if case .disconnected = $0 { true } else { false } }
                let error = await failure { () async throws(NATSError) in try await client.publish("x", to: "a") }
                #expect(error?.code == .notConnected)
                let other = await failure { () async throws(NATSError) in try client.tryPublish("x", to: "a") }
                #expect(other?.code == .notConnected)
                #expect(client.snapshot.bufferedMessages == 0)
            }
        }
    }

    @Test
    func `check 10: messages too large for the next server are dropped with an event, and the connection stays`()
        async throws
    {
        try await NATSServerProcess.withServer { large in
            try await NATSServerProcess.withServer(NATSServerConfiguration(extra: "max_payload: 1024")) { small in
                let balancer = try await FaultProxy.start(to: large.port)
                var configuration = NATSClientConfiguration(address: .init(host: "127.0.0.1", port: balancer.port))
                configuration.reconnectBackoff = Backoff(base: .milliseconds(5), maximum: .milliseconds(50))
                try await withRunning(try NATSClient(configuration: configuration)) { client in
                    let subscription = try await client.subscribe(to: "sizes", confirmed: true)
                    let events = client.events(buffer: 100)
                    balancer.setRefusing(true)
                    await balancer.closeConnections()
                    try await events.first { if case .disconnected = $0 { true } else { false } }
                    for size in [1, 2_000, 1_024, 500_000, 2] {
                        try await client.publish([UInt8](repeating: 65, count: size), to: "sizes")
                    }
                    balancer.retarget(to: small.port)
                    balancer.setRefusing(false)
                    try await events.first {
                        if case .serverError(let error) = $0 {
                            error.code == .payloadTooLarge && error.message.hasPrefix("2 buffered messages")
                        } else {
                            false
                        }
                    }
                    var iterator = subscription.makeAsyncIterator()
                    for size in [1, 1_024, 2] { #expect(try await iterator.next()?.payload.readableBytes == size) }
                    try await client.flush()
                    #expect(client.snapshot.reconnects == 1, "no loop of disconnects")
                }
                await balancer.close()
            }
        }
    }
}

extension EventStream<NATSEvent> {
    /// Waits for the next loss of the connection.
    func firstLoss(within limit: Duration = .waitLimit) async throws -> (cause: NATSError, unconfirmed: UInt64) {
        let lost = try await self.first(within: limit) { if case .disconnected = $0 { true } else { false } }
        guard case .disconnected(let cause, let unconfirmed) = lost else {
            throw DeploymentError(description: "expected a loss, received \(lost)")
        }
        return (cause, unconfirmed)
    }

    /// Waits for the first event that satisfies the condition.
    @discardableResult
    func first(
        within limit: Duration = .waitLimit,
        where condition: @escaping @Sendable (NATSEvent) -> Bool
    ) async throws -> NATSEvent {
        try await withDeadline(limit, "the expected event did not arrive") {
            while let next = await self.next() {
                if condition(next.event) { return next.event }
            }
            throw DeploymentError(description: "the events ended")
        }
    }
}
