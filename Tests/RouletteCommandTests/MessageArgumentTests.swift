import ArgumentParser
import CommandSupport
import Foundation
import Testing

@testable import RouletteCommand

@Suite("Arguments that describe messages")
struct MessageArgumentTests {
    @Test func `a header is split at its first colon, and blanks before the value are dropped`() throws {
        #expect(try HeaderArgument.headers([]) == nil)
        let headers = try #require(try HeaderArgument.headers(["A: b:c", "A:d", "E:"]))
        #expect(headers.map(\.name) == ["A", "A", "E"])
        #expect(headers.map(\.value) == ["b:c", "d", ""])
    }

    @Test(arguments: [["A: b", "no colon"], ["A: b", "a b: c"], ["A: b", ": c"], ["A: b", "C: d\r\nE: f"]])
    func `an error has the number of the invalid header`(arguments: [String]) {
        let error = #expect(throws: CommandError.self) { try HeaderArgument.headers(arguments) }
        #expect(error?.kind == .usage)
        #expect(error?.description.hasPrefix("header number 2") == true)
    }

    @Test func `messages are paced by an interval or a rate, but not by both`() throws {
        #expect(try Pacing(interval: nil, rate: nil).interval == .zero)
        #expect(try Pacing(interval: .seconds(2), rate: nil).interval == .seconds(2))
        #expect(try Pacing(interval: nil, rate: 4).interval == .milliseconds(250))
        for (interval, rate) in [(Duration.seconds(1), 1.0), (nil, 0), (nil, -1), (nil, 2e9), (nil, .nan)] {
            #expect(throws: CommandError.self) { try Pacing(interval: interval, rate: rate) }
        }
    }

    @Test func `a whole number is milliseconds or seconds, depending on the option`() throws {
        #expect(try DurationArgument.milliseconds("250") == .milliseconds(250))
        #expect(try DurationArgument.seconds("30") == .seconds(30))
        #expect(try DurationArgument.seconds("5m") == .seconds(300))
        #expect(throws: ValidationError.self) { try DurationArgument.seconds("") }
        #expect(throws: ValidationError.self) { try DurationArgument.seconds("soon") }
    }

    @Test func `raw output excludes JSON, and force is for raw output only`() throws {
        func format(_ arguments: String...) throws -> MessageFormat { try MessageOutputOptions.parse(arguments).format() }
        #expect(try format() == .text)
        #expect(try format("--json") == .json)
        #expect(try format("--raw", "--force") == .raw)
        #expect(throws: CommandError.self) { try format("--raw", "--json", "--force") }
        #expect(throws: CommandError.self) { try format("--force") }
    }
}

@Suite("Printed messages")
struct PrintableMessageTests {
    private let time = Timestamp(timespec(tv_sec: 1_769_868_202, tv_nsec: 104_873_999))

    private func message(headers: PrintableMessage.Headers = .none, body: [UInt8] = Array("hi".utf8)) -> PrintableMessage {
        PrintableMessage(cluster: "alpha", topic: Array("a.b".utf8), reply: nil, headers: headers, body: body)
    }

    private func json(_ message: PrintableMessage) -> String {
        String(decoding: MessageFormat.json.bytes(message, at: time), as: UTF8.self)
    }

    @Test func `JSON has one line with the time in UTC`() {
        #expect(
            json(message())
                == #"{"time":"2026-01-31T14:03:22.104873Z","cluster":"alpha","topic":"a.b","reply":null,"headers":null,"body":"hi"}"#
                + "\n"
        )
    }

    @Test func `headers are grouped by the bytes of their names, in the order of their first values`() {
        // é composed and decomposed: equal for Swift, different names on the wire.
        let fields = [("B", "1"), ("\u{E9}", "2"), ("B", "3"), ("e\u{301}", "4")]
        let headers = PrintableMessage.Headers.fields(fields.map { .init(name: $0.0, value: $0.1) })
        let grouped = "{\"B\":[\"1\",\"3\"],\"\u{E9}\":[\"2\"],\"e\u{301}\":[\"4\"]}"
        #expect(json(message(headers: headers)).contains("\"headers\":\(grouped)"))
        #expect(json(message(headers: .undecodable([0xFF]))).contains(#""headers_base64":"/w==""#))
    }

    @Test func `text output escapes control sequences and shortens long bodies, and raw output changes nothing`() {
        let body = Array("\u{1B}[31m\n".utf8)
        let text = String(decoding: MessageFormat.text.bytes(message(body: body), at: time), as: UTF8.self)
        #expect(!text.contains("\u{1B}") && text.hasSuffix("\n") && text.dropLast().allSatisfy { !$0.isNewline })
        let long = [UInt8](repeating: UInt8(ascii: "x"), count: 10_000)
        #expect(MessageFormat.text.bytes(message(body: long), at: time).count < 5_000)
        #expect(MessageFormat.raw.bytes(message(body: body), at: time) == body + [0x0A])
    }

    @Test func `a shortened body has its original length`() {
        let line = String(decoding: message().savedJSON(at: time, of: 70_000).line, as: UTF8.self)
        #expect(line.contains(#""body_length":70000"#))
        #expect(!String(decoding: message().savedJSON(at: time, of: 2).line, as: UTF8.self).contains("body_length"))
    }
}
