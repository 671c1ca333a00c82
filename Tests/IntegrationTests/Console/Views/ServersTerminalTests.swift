import Foundation
import TestSupport
import Testing

@Suite("The Servers view in a terminal, on real servers", .serialized, .timeLimit(.minutes(5)))
struct ServersTerminalTests {
    @Test
    func `the reported state of servers, and the rates of a publisher that starts and stops`() async throws {
        try await withProfileConsole { console in
            let terminal = console.terminal
            let idle = try await RawClient.connect(port: console.servers[0].port, name: "idle-reader")
            try await idle.subscribe(to: "nothing", sid: "1")
            try await idle.subscribe(to: "nothing.else", sid: "2")
            let publisher = try await RawClient.connect(port: console.servers[0].port, name: "order-feed")
            struct Info: Decodable { let version: String }
            let version = try JSONDecoder().decode(Info.self, from: Data(publisher.info.utf8)).version
            try await terminal.press("6")
            try await terminal.waitFor("two healthy servers, and the connections of the first") { screen in
                ["alpha-1", "beta-1"].allSatisfy {
                    screen.cell("STATE", of: $0) == "ok" && screen.cell("VERSION", of: $0) == version
                }
                    && screen.has("Connections of alpha") && screen.cell("SUBS", of: "idle-reader") == "2"
                    && screen.cell("IN/s", of: "alpha-1") == "0" && screen.cell("FROM/s", of: "order-feed") == "0"
            }
            try await terminal.repeating("rates of the publisher") { screen in
                // No other client sends.
                ["alpha-1", "order-feed"].allSatisfy { name in
                    let rate = screen.cell(name == "alpha-1" ? "IN/s" : "FROM/s", of: name)
                    return rate?.contains { "1"..."9" ~= $0 } == true
                } && screen.cell("FROM/s", of: "idle-reader") == "0" && screen.cell("IN/s", of: "beta-1") == "0"
            } action: {
                for _ in 0..<100 { try await publisher.publish("body", to: "orders.new") }
                try await publisher.flush()
            }
            try await terminal.waitFor("no rate any more") { screen in
                screen.cell("IN/s", of: "alpha-1") == "0" && screen.cell("FROM/s", of: "order-feed") == "0"
            }
            // The list shows the connections of the selected server.
            let auditor = try await RawClient.connect(port: console.servers[1].port, name: "audit")
            try await terminal.press("Down")
            try await terminal.waitFor("those of beta") { screen in
                screen.has("Connections of beta") && screen.has("audit") && !screen.has("order-feed")
            }
            for client in [idle, publisher, auditor] { await client.close() }
        }
    }

    @Test
    func `connections are ordered by :sort and I, filtered, and on a narrow screen opened with enter`() async throws {
        try await withProfileConsole(clusters: 1) { console in
            let terminal = console.terminal
            // Ordered by id, with their subscriptions.
            let names = ["test-c", "test-a", "test-b"]
            var clients: [RawClient] = []
            for (name, count) in zip(names, [1, 3, 2]) {
                let client = try await RawClient.connect(port: console.servers[0].port, name: name)
                for number in 1...count { try await client.subscribe(to: "topic.\(number)", sid: "\(number)") }
                clients.append(client)
            }
            func expectOrder(_ order: [String], _ what: String) async throws {
                try await terminal.waitFor("\(order) \(what)") { $0.order(of: names) == order }
            }
            try await terminal.press("6")
            try await expectOrder(["test-c", "test-a", "test-b"], "by number")
            try await console.run("sort name")
            try await expectOrder(["test-a", "test-b", "test-c"], "by name")
            try await terminal.waitFor("NAME▲")
            try await console.run("sort subs")
            try await expectOrder(["test-a", "test-b", "test-c"], "the most subscriptions first")
            try await terminal.press("I")
            try await expectOrder(["test-c", "test-b", "test-a"], "the fewest subscriptions first")
            try await console.filter("TEST-B")
            try await terminal.waitFor("one connection") { screen in
                screen.has("1 of 5 by TEST-B") && screen.order(of: names) == ["test-b"]
            }
            try await terminal.press("Escape")
            try await expectOrder(["test-c", "test-b", "test-a"], "all again")

            try await terminal.resize(columns: 40, rows: 12)
            try await terminal.waitFor("the servers alone") { screen in
                screen.shows(view: "Servers") && screen[2].hasSuffix("╮") && !screen.has("test-c")
            }
            try await terminal.press("Enter")
            try await terminal.waitFor("the connections alone") { $0.shows(view: "Connections of alpha") && $0.has("test-c") }
            try await terminal.press("Escape")
            try await terminal.waitFor("the servers again") { $0.shows(view: "Servers") }
            for client in clients { await client.close() }
        }
    }

    @Test
    func `closed connections show their total traffic and the reason for closing`() async throws {
        try await withProfileConsole(clusters: 1) { console in
            let terminal = console.terminal
            let leaver = try await RawClient.connect(port: console.servers[0].port, name: "leaver")
            try await terminal.press("6")
            try await terminal.waitFor("leaver")
            for _ in 0..<123 { try await leaver.publish("ten bytes.", to: "orders.new") }
            try await leaver.flush()
            await leaver.close()
            try await terminal.waitFor("no row with that name") { screen in !screen.has("leaver") }
            try await terminal.press("c")
            try await terminal.waitFor("the closed one") { screen in
                screen.has("Closed connections of alpha") && screen.cell("FROM", of: "leaver") == "123"
                    && screen.cell("B FROM", of: "leaver") == "1.2 kB" && screen.has("leaver", "Client Closed")
            }
            try await terminal.press("c")
            try await terminal.waitFor("the open ones") { screen in !screen.has("Closed connections") && !screen.has("leaver") }
            // Sorting by a column of closed connections shows those.
            try await console.run("sort reason")
            try await terminal.waitFor("the closed ones") {
                $0.has("Closed connections") && $0.has("REASON▲") && $0.has("leaver")
            }
        }
    }

    @Test
    func `a killed server shows no answer and figures with their age, and recovers after a restart`() async throws {
        try await withProfileConsole { console in
            let terminal = console.terminal
            let client = try await RawClient.connect(port: console.servers[0].port, name: "order-feed")
            try await terminal.press("6")
            try await terminal.waitFor("both servers, and a connection") { screen in
                ["alpha-1", "beta-1"].allSatisfy { screen.cell("STATE", of: $0) == "ok" } && screen.has("order-feed")
            }
            let before = try await terminal.screen()
            console.servers[0].kill()
            let screen = try await terminal.waitFor("no answer, with the age of the figures") { screen in
                screen.cell("STATE", of: "alpha-1") == "no answer" && screen.has("figures", "old: ", "cannot be reached")
                    && screen.has("figures", "old: the server does not answer")
            }
            // Known figures remain, dimmed. The other server is unchanged.
            #expect(screen.cell("VERSION", of: "alpha-1") == before.cell("VERSION", of: "alpha-1"))
            #expect(screen.has("order-feed"))
            #expect(screen.cell("STATE", of: "beta-1") == "ok")
            let age = try #require(screen.line("the server does not answer"))
            try await terminal.waitFor("a greater age") { screen in
                screen.line("the server does not answer").map { $0 != age } ?? false
            }
            try await terminal.press("Down")
            try await terminal.waitFor("the colors of alpha, which is not selected any more") { $0.has("Connections of beta") }
            let version = try #require(screen.cell("VERSION", of: "alpha-1"))
            #expect(try await terminal.colors(of: version, inRow: "alpha-1") == [ProfileConsole.muted])
            try await terminal.press("Up")
            try await console.servers[0].restart()
            try await terminal.waitFor("both servers, with new figures and no other client") { screen in
                ["alpha-1", "beta-1"].allSatisfy { screen.cell("STATE", of: $0) == "ok" }
                    && !screen.has("figures") && !screen.has("order-feed") && screen.has("roulette con")
            }
            await client.close()
        }
    }
}

extension TerminalDriver {
    /// Repeats an action until the screen satisfies a condition.
    func repeating(
        _ what: String,
        until condition: ([String]) -> Bool,
        action: () async throws -> Void
    ) async throws {
        for _ in 0..<100 {
            try await action()
            if (try? await waitFor(what, within: .milliseconds(200), condition)) != nil { return }
        }
        try await waitFor(what, within: .zero, condition)
    }
}
