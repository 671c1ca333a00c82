import TestSupport
import Testing

@Suite("The Topics view in a terminal, on real servers", .serialized, .timeLimit(.minutes(5)))
struct TopicsTerminalTests {
    @Test
    func `in the tree, branches with sums open and close, and the selected topic stays selected`() async throws {
        try await withProfileConsole(settings: ["watch = [\"orders.>\"]"]) { console in
            let terminal = console.terminal
            try await console.waitUntilWatched("orders.>")
            try await console.publish(["orders.eu.berlin", "orders.eu.berlin", "orders.eu.paris", "orders.us.boston"])
            try await terminal.press("2")
            try await terminal.waitFor("4 in")
            try await console.run("sort topic")
            try await terminal.press("g")
            try await terminal.waitFor("▸ orders.eu.berlin")
            try await terminal.press("t")
            try await terminal.waitFor("the tree, opened down to the selected topic") { screen in
                screen.shows(view: "Topics, as a tree") && screen.has("- orders") && screen.has("- eu")
                    && screen.has("▸", "berlin") && screen.has("+ us") && !screen.has("boston")
                    && screen.cell("TOPICS", of: "- orders") == "3" && screen.cell("TOTAL", of: "- orders") == "4"
                    && screen.cell("TOPICS", of: "- eu") == "2" && screen.cell("TOTAL", of: "- eu") == "3"
                    && screen.cell("TOTAL", of: "berlin") == "2"
            }
            try await terminal.press("Left")
            try await terminal.waitFor("the branch above") { $0.has("▸", "- eu") }
            try await terminal.press("Left")
            try await terminal.waitFor("the branch closed") { $0.has("▸", "+ eu") && !$0.has("berlin") }
            try await terminal.press("Down", "Right")
            try await terminal.waitFor("the next one open") { $0.has("▸", "- us") && $0.has("boston") }
            try await terminal.press("Right")
            try await terminal.waitFor("the topic in the branch") { $0.has("▸", "boston") }
            try await terminal.press("Enter")
            try await terminal.waitFor("its detail") { $0.has("orders.us.boston") && $0.has("body of orders.us.boston") }
            try await terminal.press("t")
            try await terminal.waitFor("the list again") { $0.shows(view: "Topics ─") && $0.has("▸", "orders.us.bo") }
        }
    }

    @Test
    func `topics are ordered by :sort and I, and filtered; the filter also applies to the tree`() async throws {
        try await withProfileConsole(settings: ["watch = [\"orders.>\"]"]) { console in
            let terminal = console.terminal
            let names = ["orders.a", "orders.b", "orders.c"]
            try await console.waitUntilWatched("orders.>")
            try await console.publish(["orders.b", "orders.b", "orders.b", "orders.a", "orders.c", "orders.c"])
            func expectOrder(_ order: [String], _ what: String) async throws {
                try await terminal.waitFor("\(order) \(what)") { $0.order(of: names) == order }
            }
            try await terminal.press("2")
            try await console.run("sort total")
            try await expectOrder(["orders.b", "orders.c", "orders.a"], "the most messages first")
            try await terminal.waitFor("TOTAL▼")
            try await terminal.press("I")
            try await expectOrder(["orders.a", "orders.c", "orders.b"], "the fewest messages first")
            try await console.run("sort topic")
            try await expectOrder(["orders.a", "orders.b", "orders.c"], "by name")
            try await console.filter("S.C")
            try await terminal.waitFor("one topic, and the totals of all") { screen in
                screen.has("1 of 3 by S.C") && screen.order(of: names) == ["orders.c"] && screen.has("3 topics", "total 6 in")
            }
            try await terminal.press("t", "Right")
            try await terminal.waitFor("one topic in the tree") { screen in
                screen.cell("TOPICS", of: "- orders") == "1" && screen.cell("TOTAL", of: "- orders") == "2"
            }
            try await terminal.press("t", "Escape")
            try await expectOrder(["orders.a", "orders.b", "orders.c"], "all again")
        }
    }

    @Test
    func `topics known only from the server's subscriptions are listed with their subscribers`() async throws {
        try await withProfileConsole { console in
            let terminal = console.terminal
            let topic = try console.topic("quiet", on: 0)
            let billing = try await RawClient.connect(port: console.servers[0].port, name: "billing")
            try await billing.subscribe(to: topic, queue: "workers", sid: "1")
            // Inboxes are not listed as topics.
            try await billing.subscribe(to: "_INBOX.abc", sid: "2")
            let audit = try await RawClient.connect(port: console.servers[0].port, name: "audit")
            try await audit.subscribe(to: "quiet.*")
            try await terminal.press("2")
            try await terminal.waitFor("the topic, listed by the server") { screen in
                screen.cell("BY", of: topic) == "srv" && screen.cell("CLUSTER", of: topic) == "alpha" && screen.has("1 topic,")
            }
            #expect(try await !terminal.screen().has("_INBOX"))
            try await terminal.press("Enter")
            try await terminal.waitFor("its subscribers") { screen in
                screen.has("known from", "the server's list") && screen.has("billing, cid", "on alpha")
                    && screen.has("queue group") && screen.has("workers") && screen.has("audit, cid", "on alpha")
                    && screen.has("quiet.*")
            }
            await billing.close()
            await audit.close()
        }
    }
}
