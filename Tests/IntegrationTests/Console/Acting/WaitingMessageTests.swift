import TestSupport
import Testing

@Suite("Messages that wait for a cluster, in a terminal", .serialized, .timeLimit(.minutes(5)))
struct WaitingMessageTests {
    @Test
    func `esc withdraws a waiting message permanently; other waiting messages are shown until they are sent`()
        async throws
    {
        try await withActingConsole { console in
            let terminal = console.terminal
            console.server.kill()
            try await terminal.waitFor("the cluster down") { $0.has("no cluster") || $0.has("1 down") }
            try await terminal.press("p")
            try await terminal.waitFor("Headers")
            try await terminal.type("taken.back")
            try await terminal.press("Enter")
            try await terminal.waitFor("the message to wait") { screen in
                screen.has("waiting for alpha", "esc cancels") && screen.has("1 message waits for alpha", "^x cancels")
            }
            try await terminal.press("Escape")
            try await terminal.waitFor("canceled: nothing was sent")
            #expect(try await !terminal.screen().has("Headers"))
            #expect(try await !terminal.screen().has("waits for alpha"))

            // One message from the command line is withdrawn with ^x, and another one keeps waiting.
            try await console.run("pub taken.too body")
            try await terminal.waitFor("1 message waits for alpha")
            try await terminal.press("C-x")
            try await terminal.waitFor("no waiting message") { !$0.has("waits for alpha") }
            try await console.run("pub left.waiting body")
            try await terminal.waitFor("1 message waits for alpha")
            try await terminal.press("q")
            try await terminal.waitFor("A message waits for alpha and would not be sent.")
            try await terminal.press("n")

            try await console.server.restart()
            let listener = try await RawClient.connect(port: console.server.port)
            try await listener.subscribe(to: ">")
            try await listener.flush()
            try await terminal.waitFor("the message sent") { screen in
                screen.has("1 up") && !screen.has("waits for alpha") && !screen.has("not confirmed")
            }
            // All earlier messages arrive before this one.
            try await console.run("pub the.last body")
            var topics: [String] = []
            while topics.last != "the.last" { topics.append(try await listener.nextMessage().subject) }
            #expect(!topics.contains("taken.back") && !topics.contains("taken.too"), "\(topics)")
            await listener.close()
        }
    }
}

extension ActingConsole {
    /// Types a command and presses enter.
    fileprivate func run(_ command: String) async throws {
        try await terminal.press(":")
        try await terminal.type(command)
        try await terminal.press("Enter")
    }
}
