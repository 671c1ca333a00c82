import TestSupport
import Testing

/// Each test has its own servers, on ports that the kernel chooses.
@Suite(.timeLimit(.minutes(2))) struct NATSServerTests {
    @Test func `messages, queue groups and headers arrive`() async throws {
        try await NATSServerProcess.withServer { server in
            let consumer = try await RawClient.connect(port: server.port)
            try await consumer.subscribe(to: "a.*", sid: "7")
            let producer = try await RawClient.connect(port: server.port)
            try await producer.publish("hello\r\nPONG\r\n", to: "a.b", replyTo: "r")
            try await producer.publish("elsewhere", to: "b.b")
            try await producer.send("HPUB a.c 21 23\r\nNATS/1.0\r\nKey: v\r\n\r\n\u{20}ok\r\n")
            try await producer.flush()
            // Leaves the messages before the PONG in place.
            try await consumer.flush()
            let first = try await consumer.nextMessage()
            #expect(first.subject == "a.b" && first.sid == "7" && first.replyTo == "r" && first.text == "hello\r\nPONG\r\n")
            let second = try await consumer.nextMessage()
            #expect(second.replyTo == nil && second.headers == Array("NATS/1.0\r\nKey: v\r\n\r\n\u{20}".utf8))
            #expect(second.text == "ok")
            #expect(try consumer.pendingMessages().isEmpty)
        }
    }

    @Test func `wrong credentials are rejected, correct ones accepted`() async throws {
        let configuration = NATSServerConfiguration(authorization: .user("ann", password: "s3\"cret"))
        try await NATSServerProcess.withServer(configuration) { server in
            await #expect(throws: (any Error).self) { try await RawClient.connect(port: server.port) }
            let token = RawClient.Credentials(user: "ann", password: #"s3\"cret"#)
            let client = try await RawClient.connect(port: server.port, credentials: token)
            #expect(client.info.contains(#""auth_required":true"#))
        }
        try await NATSServerProcess.withServer(NATSServerConfiguration(authorization: .token("t"))) { server in
            _ = try await RawClient.connect(port: server.port, credentials: RawClient.Credentials(token: "t"))
            await #expect(throws: (any Error).self) { try await RawClient.connect(port: server.port) }
        }
    }

    @Test func `a server can be killed, frozen and restarted on the same port`() async throws {
        try await NATSServerProcess.withServer { server in
            let client = try await RawClient.connect(port: server.port)
            server.pause()
            await #expect(throws: WaitTimeoutError.self) { try await client.flush(within: .milliseconds(100)) }
            server.resume()
            try await client.connection.expect("PONG")

            server.kill()
            try await client.connection.waitUntilEnded()
            try await server.restart()
            let again = try await RawClient.connect(port: server.port)
            #expect(server.isRunning)
            await again.close()
        }
    }

    @Test func `the error of a server that does not start has its log`() async throws {
        let error = try await #require(throws: NATSServerError.self) {
            try await NATSServerProcess.start(NATSServerConfiguration(extra: "max_payload: oops"))
        }
        #expect(error.log.contains("server.conf:5"))
    }

    @Test func `servers of a cluster are connected, clusters are not`() async throws {
        let clusters = try await NATSCluster.start(count: 2, size: 2)
        var consumers: [RawClient] = []
        for cluster in clusters {
            let consumer = try await RawClient.connect(port: cluster.servers[0].port)
            try await consumer.subscribe(to: "topic")
            consumers.append(consumer)
        }
        // The server may answer the publisher's PING before the subscription has crossed the route. So publish until it
        // has.
        let producer = try await RawClient.connect(port: clusters[0].servers[1].port)
        var received: [RawClient.Message] = []
        while received.isEmpty {
            try await producer.publish("over the route", to: "topic")
            try await producer.flush()
            try await consumers[0].flush()
            received = try consumers[0].pendingMessages()
        }
        #expect(received.allSatisfy { $0.text == "over the route" })
        try await consumers[1].flush()
        #expect(try consumers[1].pendingMessages().isEmpty)

        clusters[0].servers[0].kill()
        try await consumers[0].connection.waitUntilEnded()
        try await clusters[0].servers[0].restart()
        try await clusters[0].waitUntilMeshed()
        for cluster in clusters { await cluster.stop() }
    }
}
