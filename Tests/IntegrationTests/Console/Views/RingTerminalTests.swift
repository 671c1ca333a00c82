import Roulette
import TestSupport
import Testing

@Suite("The Ring view in a terminal, on real servers", .serialized, .timeLimit(.minutes(5)))
struct RingTerminalTests {
    @Test
    func `shares of keys and of traffic, the topics with the most traffic, and topics on the wrong cluster`() async throws {
        try await withProfileConsole(settings: ["watch = [\"orders.>\"]"]) { console in
            let terminal = console.terminal
            try await console.waitUntilWatched("orders.>")
            let fingerprint = try await console.fingerprint()
            let (hot, other) = (try console.topic("orders.hot", on: 1), try console.topic("orders.other", on: 1))
            try await terminal.press("5")
            try await terminal.waitFor("the ring without traffic") { screen in
                screen.shows(view: "Ring \(fingerprint)") && screen.has("No traffic")
                    && screen.cell("TRAFFIC", of: "beta  ") == "–"
            }
            let publisher = try await RawClient.connect(port: console.servers[1].port)
            try await terminal.repeating("all traffic on beta, the busier topic first") { screen in
                screen.cell("TRAFFIC", of: "alpha  ") == "0 %" && screen.cell("TRAFFIC", of: "beta  ") == "100 %"
                    && screen.has("beta", "x hot") && screen.order(of: [other, hot]) == [hot, other]
                    && screen.cell("CLUSTER", of: "\(hot)  ") == "beta"
            } action: {
                for number in 0..<200 { try await publisher.publish("body", to: number % 4 == 0 ? other : hot) }
                try await publisher.flush()
            }
            #expect(try await !terminal.screen().has("not the owner"))
            // A client with another ring publishes the same topics on another cluster.
            let stray = try await RawClient.connect(port: console.servers[0].port)
            try await terminal.repeating("the mark of the topic") { screen in
                screen.cell("CLUSTER", of: "\(hot)  ") == "beta!" && screen.has("1 topic seen on a cluster that is not the owner")
            } action: {
                for _ in 0..<50 { try await stray.publish("body", to: hot) }
                try await stray.flush()
            }
            try await console.filter(other)
            // Topics without traffic are not in the list.
            try await terminal.repeating("the filtered topic alone") { screen in
                screen.has("1 of 2 by \(other)") && screen.has("▸ \(other)") && !screen.has("  \(hot)  ")
            } action: {
                for number in 0..<50 { try await publisher.publish("body", to: number % 4 == 0 ? other : hot) }
                try await publisher.flush()
            }
            for client in [publisher, stray] { await client.close() }
        }
    }

    @Test
    func `:route shows the owner, the hash and the successors, and marks the position on the strip`() async throws {
        try await withProfileConsole(clusters: 3) { console in
            let terminal = console.terminal
            let ring = try console.ring
            try await terminal.press("5")
            try await terminal.waitFor(":route TOPIC finds a topic")
            for topic in ["orders.eu", "payments.settled.7"] {
                let hash = HashRing.hash(of: topic)
                let clusters = ring.successors(of: topic, count: 3).map { ProfileConsole.names[$0] }
                try await console.run("route \(topic)")
                let screen = try await terminal.waitFor("the route of \(topic)") { screen in
                    screen.has("│ \(topic) → \(clusters[0]), hash \(hash), then \(clusters[1]), \(clusters[2])")
                }
                let strip = try #require(screen.firstIndex { $0.dropFirst(2).prefix(100).allSatisfy { "1"..."3" ~= $0 } })
                let mark = try #require(screen[strip + 1].firstIndex(of: "▲"))
                // The frame occupies four of the 120 columns.
                let column = screen[strip + 1].distance(from: screen[strip + 1].startIndex, to: mark) - 2
                #expect(column == Int(Double(hash) / 0x1p64 * 116))
            }
            try await terminal.press("Escape")
            try await terminal.waitFor(":route TOPIC finds a topic")
            try await console.run("route a..b")
            try await terminal.waitFor("error:")
        }
    }
}
