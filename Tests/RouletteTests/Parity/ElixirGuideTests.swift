import Foundation
import TestSupport
import Testing

@testable import Roulette

@Suite("The guide for users of Roulette 1.0.5")
struct ElixirGuideTests {
    private static func guide(_ name: String = "FromElixirRoulette") throws -> String {
        let path = Checkout.path + "/Sources/Roulette/Roulette.docc/\(name).md"
        return try String(contentsOfFile: path, encoding: .utf8)
    }

    /// The arguments are the keys of `config_key` and `nats_config` in lib/roulette/config.ex, and of `use Roulette`.
    @Test(
        arguments: [
            "otp_app", "servers", "role", "ping_interval", "max_ping_failure", "show_debug_log", "pool_size", "max_retry",
            "max_backoff", "base_backoff", "subscription_restart", "nats: connection_timeout", "nats: tls", "nats: ssl_opts",
            "nats: tcp_opts",
        ]
    )
    func `has a row for each option`(key: String) throws {
        let rows = try Self.guide().split(separator: "\n").filter { $0.hasPrefix("| `\(key)` | ") }
        #expect(rows.count == 1)
        #expect(rows.allSatisfy { $0.split(separator: "|").count >= 2 })
    }

    @Test
    func `as the guide states, a swap of clusters moves two thirds of the topics, a rotation all, an added cluster a quarter`()
        throws
    {
        let three = ["a", "b", "c"]
        let topics = (0..<20_000).map { "topic.\($0)" }
        func moved(to hosts: [String]) throws -> Double {
            let (before, after) = (try HashRing(count: 3), try HashRing(count: hosts.count))
            let count = topics.count { three[before.index(of: $0)] != hosts[after.index(of: $0)] }
            return Double(count) / Double(topics.count)
        }
        for swap in [["b", "a", "c"], ["c", "b", "a"], ["a", "c", "b"]] {
            #expect((0.64...0.69).contains(try moved(to: swap)))
        }
        for rotation in [["b", "c", "a"], ["c", "a", "b"]] { #expect(try moved(to: rotation) == 1) }
        #expect((0.23...0.27).contains(try moved(to: three + ["d"])))
    }

    @Test(arguments: ["FromElixirRoulette", "DeliveryOrderAndFailure"])
    func `the guides state the default wait before the first attempt to reconnect`(guide: String) throws {
        let milliseconds = Int(RouletteConfiguration(clusters: []).reconnectJitter / .milliseconds(1))
        let line = try #require(try Self.guide(guide).split(separator: "\n").first { $0.contains("`reconnectJitter`") })
        #expect(line.contains(" \(milliseconds) ms"))
    }

    @Test(arguments: ["a*b", "5>3", "a\u{1}b", "a\tb", "a\u{7F}", "a..b", ".a"])
    func `topics that the guide lists as rejected are rejected`(topic: String) throws {
        let client = try RouletteClient(configuration: RouletteConfiguration(clusters: [.init(host: "h")]))
        #expect(throws: RouletteError.self) { try client.owner(of: topic) }
        #expect(throws: Never.self) { try client.owner(of: String(repeating: "a", count: 4_067)) }
        #expect(throws: RouletteError.self) { try client.owner(of: String(repeating: "a", count: 4_068)) }
    }
}
