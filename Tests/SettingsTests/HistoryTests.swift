import Foundation
import Settings
import Testing

@Suite("History of the console")
struct HistoryTests {
    private func withDirectory(_ body: (StateDirectory, String) throws -> Void) throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("history-\(UUID().uuidString)/state").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try body(try StateDirectory(creating: path), path + "/history.json")
    }

    @Test
    func `history is read back byte for byte, and only its owner can read it`() throws {
        try withDirectory { directory, file in
            let text = ConsoleHistory.Message(topic: "orders.eu", headers: "A: b", body: Array("line\nü\u{0}".utf8))
            let bytes = ConsoleHistory.Message(topic: "orders.us", headers: "", body: [0xFF, 0x00, 0x80])
            try directory.remember(.message(text))
            try directory.remember(.message(bytes))
            try directory.remember(.command("theme nord"))
            try directory.remember(.filter("eu"))
            try directory.remember(.topic("orders.>"))
            let history = try directory.readHistory()
            #expect(history.messages == [text, bytes])
            #expect(history.commands == ["theme nord"])
            #expect(history.filters == ["eu"])
            #expect(history.topics == ["orders.>"])
            let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
            #expect(mode == 0o600)
        }
    }

    @Test
    func `history has no duplicates and no blanks, and is bounded in number and bytes`() {
        var history = ConsoleHistory()
        for number in 0..<500 { history.add(.command("\(number)")) }
        history.add(.command("400"))
        history.add(.command("  "))
        #expect(history.commands.count == ConsoleHistory.capacity)
        #expect(history.commands.last == "400")
        for number in 0..<100 {
            history.add(.message(.init(topic: "t.\(number)", headers: "", body: [UInt8](repeating: 0x41, count: 30_000))))
        }
        #expect(history.messages.count == 34)
        history.add(.message(.init(topic: "big", headers: "", body: [UInt8](repeating: 0, count: 70_000))))
        #expect(history.messages.last?.topic == "t.99")
    }

    @Test
    func `consoles that save at the same time lose no entry of each other`() throws {
        try withDirectory { directory, _ in
            DispatchQueue.concurrentPerform(iterations: 4) { console in
                for number in 0..<20 {
                    do {
                        try directory.remember(.command("\(console).\(number)"))
                    } catch {
                        Issue.record(error)
                    }
                }
            }
            let commands = try directory.readHistory().commands
            #expect(commands.count == 80)
        }
    }

    @Test
    func `a process that never finishes writing is an error that says so`() throws {
        try withDirectory { directory, _ in
            try directory.remember(.command("before"))
            let descriptor = open(directory.path + "/.lock", O_RDWR | O_CLOEXEC)
            defer { close(descriptor) }
            try #require(flock(descriptor, LOCK_EX) == 0)
            #expect {
                try directory.remember(.command("x"))
            } throws: {
                ($0 as? SettingsError)?.description.contains("is locked by another process") == true
            }
            #expect(try directory.readHistory().commands == ["before"])
        }
    }

    @Test
    func `a file that is not a history is not changed, and the error says what to do`() throws {
        try withDirectory { directory, file in
            try Data("{".utf8).write(to: URL(fileURLWithPath: file))
            #expect {
                try directory.remember(.command("x"))
            } throws: {
                ($0 as? SettingsError)?.description.contains("set history = false") == true
            }
            #expect(try String(contentsOfFile: file, encoding: .utf8) == "{")
        }
    }

    @Test
    func `history is saved unless a profile sets history = false`() throws {
        let text = "[profiles.a]\nservers = [\"h\"]\n[profiles.b]\nhistory = false\nservers = [\"h\"]\n"
        let file = try ConfigurationFile.parse(text, file: "test")
        #expect(file.profiles.map(\.keepsHistory) == [true, false])
        #expect(try ConfigurationFile.parse(file.redactedDescription(), file: "again") == file)
    }
}
