import Foundation
import TestSupport
import Testing

@Suite("The publish form in a terminal, on a real server", .serialized, .timeLimit(.minutes(5)))
struct FormTests {
    /// Creates a program that is used as the editor.
    private func script(_ text: String, in directory: String) throws -> String {
        let path = directory + "/editor.sh"
        try ("#!/bin/sh\n" + text).write(toFile: path, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: path)
        return path
    }

    // MARK: Publish

    @Test
    func `up recalls whole messages after a restart; only their owner can read the history file`() async throws {
        try await withActingConsole { console in
            let terminal = console.terminal
            let listener = try await RawClient.connect(port: console.server.port)
            try await listener.subscribe(to: ">")
            try await listener.flush()
            try await console.openForm("orders.eu")
            try await terminal.press("Tab")
            try await terminal.type("Trace: abc")
            try await terminal.press("Tab")
            try await terminal.type("first body")
            try await terminal.press("Enter")
            try await terminal.waitFor("confirmed by the server")
            #expect(try await listener.nextMessage().text == "first body")
            try await console.closeForm()
            try await terminal.press(":")
            try await terminal.type("route orders.eu")
            try await terminal.press("Enter")
            try await terminal.waitFor("orders.eu → alpha, hash")
            let file = console.stateDirectory + "/history.json"
            try await terminal.waitFor("the history to be written") { _ in
                (try? String(contentsOfFile: file, encoding: .utf8))?.contains("route orders.eu") == true
            }
            #expect(try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int == 0o600)
            try await terminal.press("q")
            try await terminal.waitForStatus("normal screen after quitting") { !$0.isAlternateScreen }

            let again = try await ActingConsole.start(console.server, home: console.home)
            try await again.terminal.press("p")
            try await again.terminal.waitFor("Headers")
            try await again.terminal.press("Up")
            try await again.terminal.waitFor("first body")
            try await again.terminal.waitFor("Trace: abc")
            try await again.terminal.press("Enter")
            try await again.terminal.waitFor("confirmed by the server")
            let message = try await listener.nextMessage()
            #expect(message.subject == "orders.eu")
            #expect(message.text == "first body")
            #expect(String(decoding: message.headers, as: UTF8.self).contains("Trace: abc"))
            try await again.closeForm()
            try await again.terminal.press(":", "Up")
            try await again.terminal.waitFor(": route orders.eu")
            await again.terminal.close()
            await listener.close()
        }
    }

    @Test
    func `a repeated publish sends the exact number, and esc stops it while keys still work`() async throws {
        try await withActingConsole { console in
            let terminal = console.terminal
            let listener = try await RawClient.connect(port: console.server.port)
            try await listener.subscribe(to: "counted")
            try await listener.flush()
            try await console.openForm("counted")
            try await terminal.press("Tab", "Tab", "Tab", "C-u")
            try await terminal.type("25")
            try await terminal.press("Tab")
            try await terminal.type("1ms")
            try await terminal.press("Enter")
            try await terminal.waitFor("25 messages confirmed by the server")
            try await listener.flush()
            #expect(try listener.pendingMessages().count == 25)

            try await terminal.press("C-u")
            try await terminal.type("50ms")
            try await terminal.press("BTab", "C-u")
            try await terminal.type("100000")
            try await terminal.press("Enter")
            try await terminal.waitFor("of 100000 accepted")
            try await terminal.press("BTab")
            try await terminal.type("typed meanwhile")
            try await terminal.waitFor("typed meanwhile")
            try await terminal.press("Escape")
            let screen = try await terminal.waitFor("confirmed by the server")
            let line = try #require(screen.first { $0.contains("confirmed by the server") })
            let count = line.split(separator: " ").compactMap { Int($0) }.first ?? 1
            try await listener.flush()
            #expect(try listener.pendingMessages().count == count)
            await listener.close()
        }
    }

    // MARK: Request

    @Test
    func `a request shows the reply of a real responder, or immediately that there are no responders`() async throws {
        try await withActingConsole { console in
            let terminal = console.terminal
            let responder = try await RawClient.connect(port: console.server.port)
            try await responder.subscribe(to: "service.time")
            try await responder.flush()
            try await console.openForm("service.time")
            try await terminal.press("C-r")
            try await terminal.waitFor("Timeout")
            try await terminal.press("Enter")
            let request = try await responder.nextMessage()
            try await responder.publish(#"{"now":"14:03","zone":["utc"]}"#, to: try #require(request.replyTo))
            let screen = try await terminal.waitFor("replied after")
            #expect(screen.contains { $0.contains(#""now": "14:03","#) })
            #expect(screen.contains { $0.contains(#""utc""#) })
            await responder.close()

            try await terminal.press("C-u")
            try await terminal.type("service.nobody")
            try await terminal.press("Enter")
            try await terminal.waitFor("no subscriber for service.nobody")
        }
    }

    // MARK: Editor

    @Test
    func `the editor edits the body in a private file, which is deleted afterwards`() async throws {
        let directory = try TemporaryDirectory(for: "editor")
        defer { try? directory.remove() }
        let log = directory.path + "/log"
        let path = try script(
            """
            { echo "$2"; stat -c %a "$2" "$(dirname "$2")"; cat "$2"; echo; stty -a; } > \(log)
            printf '{"edited": [1,\\n2]}\\n' > "$2"
            """,
            in: directory.path
        )
        try await withActingConsole(environment: ["VISUAL": "\(path) --wait", "TMPDIR": directory.path]) { console in
            let terminal = console.terminal
            try await console.openForm("orders.eu")
            try await terminal.press("Tab", "Tab")
            try await terminal.type("before")
            try await terminal.press("C-e")
            try await terminal.waitFor(#"{"edited": [1,"#)
            let lines = try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n").map(String.init)
            #expect(lines[1...3] == ["600", "700", "before"])
            #expect(lines.contains { $0.contains(" icanon") && $0.contains(" echo ") }, "the modes of a shell")
            #expect(!FileManager.default.fileExists(atPath: lines[0]))
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path).allSatisfy { !$0.hasPrefix("roulette-") })

            // The console receives keys again and sends the edited text.
            let listener = try await RawClient.connect(port: console.server.port)
            try await listener.subscribe(to: "orders.eu")
            try await listener.flush()
            try await terminal.press("Enter")
            try await terminal.waitFor("confirmed")
            #expect(try await listener.nextMessage().text == "{\"edited\": [1,\n2]}")
            await listener.close()
        }
    }

    @Test
    func `the editor inherits neither the password nor other descriptors`() async throws {
        let directory = try TemporaryDirectory(for: "editor")
        defer { try? directory.remove() }
        let log = directory.path + "/log"
        // The shell opens one additional descriptor for the script itself.
        let path = try script(
            "{ env; for fd in /proc/$$/fd/*; do readlink $fd; done; } > \(log).part; mv \(log).part \(log)",
            in: directory.path
        )
        let environment = [
            "VISUAL": path, "TMPDIR": directory.path, "ROULETTE_PASSWORD": "hunter2", "ROULETTE_SYSTEM_PASSWORD": "hunter2",
        ]
        try await withActingConsole(environment: environment) { console in
            try await console.openForm("orders.eu")
            try await console.terminal.press("Tab", "Tab", "C-e")
            try await poll(until: "the start of the editor") { FileManager.default.fileExists(atPath: log) }
            let text = try String(contentsOfFile: log, encoding: .utf8)
            #expect(text.contains("VISUAL="))
            #expect(!text.contains("hunter2") && !text.contains("_PASSWORD"))
            #expect(!text.contains("socket:") && !text.contains("anon_inode:") && !text.contains("pipe:"), "\(text)")
        }
    }

    @Test(arguments: [true, false])
    func `an editor that fails or does not exist changes nothing and reports the error`(_ exists: Bool) async throws {
        let directory = try TemporaryDirectory(for: "editor")
        defer { try? directory.remove() }
        let path = exists ? try script("echo changed > \"$1\"; exit 3", in: directory.path) : "/no/such/editor"
        try await withActingConsole(environment: ["EDITOR": path, "VISUAL": ""]) { console in
            try await console.openForm("orders.eu")
            try await console.terminal.press("Tab", "Tab")
            try await console.terminal.type("kept")
            try await console.terminal.press("C-e")
            try await console.terminal.waitFor("the body was not changed")
            #expect(try await console.terminal.screen().contains { $0.contains("Body    kept") })
        }
    }
}
