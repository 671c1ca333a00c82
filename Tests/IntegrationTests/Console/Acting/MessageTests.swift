import Foundation
import TestSupport
import Testing

@Suite("Using messages of the tail, in a terminal", .serialized, .timeLimit(.minutes(5)))
struct MessageTests {
    @Test
    func `messages can be filtered, paused, copied and saved`() async throws {
        try await withActingConsole { console in
            let terminal = console.terminal
            let publisher = try await RawClient.connect(port: console.server.port)
            try await console.watchAll(publisher)
            try await publisher.publish(#"{"wanted":true}"#, to: "orders.eu")
            try await publisher.publish("something else", to: "orders.us")
            try await publisher.flush()
            try await terminal.waitFor("something else")
            try await terminal.press("/")
            try await terminal.type("wanted")
            try await terminal.waitFor("by wanted")
            try await terminal.press("Enter")
            try await terminal.waitFor("only the match") { screen in
                screen.contains { $0.contains("orders.eu") } && !screen.contains { $0.contains("something else") }
            }
            // The prompt starts with the current filter.
            try await terminal.press("/")
            try await terminal.waitFor("/ wanted")
            try await terminal.press("Enter", "Space")
            try await terminal.waitFor("Tail, paused")
            try await publisher.publish("while paused", to: "orders.eu")
            try await publisher.flush()
            try await terminal.waitFor("paused, 1 new")
            try await terminal.press("y")
            try await terminal.waitFor("copied 20 B")
            #expect(try await terminal.clipboard() == "{\n  \"wanted\": true\n}")
            try await terminal.press("C-s")
            let screen = try await terminal.waitFor("saved 1 message in")
            #expect(!screen.isEmpty)
            let names = try FileManager.default.contentsOfDirectory(atPath: console.stateDirectory)
            let name = try #require(names.first { $0.hasPrefix("messages-") })
            let file = console.stateDirectory + "/" + name
            #expect(try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int == 0o600)
            let line = try String(contentsOfFile: file, encoding: .utf8)
            #expect(line.hasPrefix(#"{"time":""#))
            let rest = #""cluster":"alpha","topic":"orders.eu","reply":null,"headers":null,"body":"{\"wanted\":true}"}"#
            #expect(line.contains(rest))
            try await terminal.press("Space")
            try await terminal.waitFor("the pause to end") { screen in !screen.contains { $0.contains("paused") } }
            await publisher.close()
        }
    }

    @Test
    func `a message can be edited and published again, with its headers`() async throws {
        try await withActingConsole { console in
            let terminal = console.terminal
            let publisher = try await RawClient.connect(port: console.server.port)
            try await console.watchAll(publisher)
            try await publisher.send("HPUB orders.eu 24 28\r\nNATS/1.0\r\nTrace: abc\r\n\r\nbody\r\n")
            try await publisher.flush()
            try await terminal.waitFor("orders.eu")
            try await terminal.press("e")
            try await terminal.waitFor("Headers Trace: abc")
            try await terminal.type(" two")
            let listener = try await RawClient.connect(port: console.server.port)
            try await listener.subscribe(to: "orders.eu")
            try await listener.flush()
            try await terminal.press("Enter")
            try await terminal.waitFor("confirmed")
            let message = try await listener.nextMessage()
            #expect(message.text == "body two")
            #expect(String(decoding: message.headers, as: UTF8.self).contains("Trace: abc"))
            await listener.close()
            await publisher.close()
        }
    }
}
