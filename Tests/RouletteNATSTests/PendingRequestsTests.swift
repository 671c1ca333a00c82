import NATSWire
import NIOCore
import Testing

@testable import RouletteNATS

@Suite("Pending requests")
struct PendingRequestsTests {
    private var pending = PendingRequests<String>()
    private var lastToken: UInt64 = 0
    private let start = NIODeadline.uptimeNanoseconds(1_000_000_000)

    private mutating func add(_ name: String, _ terms: ReplyTerms? = nil, to subject: Subject = "a") -> RequestToken {
        lastToken += 1
        let token = RequestToken(bits: lastToken)
        let isAdded = pending.add(token, name, to: subject, terms: terms ?? .one(timeout: .seconds(5), from: start))
        #expect(isAdded)
        return token
    }

    private func after(milliseconds: Int64) -> NIODeadline { start + .milliseconds(milliseconds) }

    private mutating func reply(_ token: RequestToken?, status: Bool = false, at milliseconds: Int64 = 1) -> String {
        switch pending.reply(to: token, isStatus: status, now: after(milliseconds: milliseconds)) {
        case .more(let name): "more \(name)"
        case .last(let ended): "last \(ended.receiver)"
        case .late: "late"
        }
    }

    @Test
    mutating func `each reply is assigned to its request once`() {
        let (a, b) = (add("a"), add("b"))
        #expect(pending.count == 2)
        #expect(reply(b) == "last b")
        #expect(reply(a) == "last a")
        #expect(pending.count == 0)
        #expect(reply(a) == "late")
        #expect(reply(nil) == "late")
        #expect(pending.lateReplies == 2)
    }

    @Test
    mutating func `a token in use is not accepted again`() {
        let token = add("a")
        let isAddedAgain = pending.add(token, "b", to: "a", terms: .one(timeout: .seconds(5), from: start))
        #expect(!isAddedAgain)
        #expect(pending.count == 1)
        #expect(reply(token) == "last a")
    }

    @Test
    mutating func `a request for many replies ends after the requested number`() {
        let token = add("a", .many(timeout: .seconds(5), max: 3, stall: nil, from: start))
        #expect(reply(token) == "more a")
        #expect(reply(token) == "more a")
        #expect(reply(token) == "last a")
        #expect(reply(token) == "late")
    }

    @Test
    mutating func `a status in place of a reply ends the request`() {
        let token = add("a", .many(timeout: .seconds(5), max: nil, stall: nil, from: start))
        #expect(reply(token) == "more a")
        #expect(reply(token, status: true) == "last a")
        #expect(pending.count == 0)
    }

    @Test
    mutating func `a request ends at its timeout and not earlier`() {
        _ = add("short", .one(timeout: .milliseconds(10), from: start))
        _ = add("long", .one(timeout: .milliseconds(20), from: start))
        #expect(pending.nextExpiry == after(milliseconds: 10))
        #expect(pending.expire(now: after(milliseconds: 9)).isEmpty)
        #expect(pending.expire(now: after(milliseconds: 10)).map(\.receiver) == ["short"])
        #expect(pending.nextExpiry == after(milliseconds: 20))
        #expect(pending.expire(now: after(milliseconds: 25)).map(\.receiver) == ["long"])
        #expect(pending.nextExpiry == nil)
    }

    @Test
    mutating func `with many requests the timer waits at least a microsecond for each request`() {
        for number in 0..<5000 {
            _ = add("\(number)", .one(timeout: .milliseconds(100) + .microseconds(number), from: start))
        }
        #expect(pending.expire(now: after(milliseconds: 100)).count == 1)
        #expect(pending.nextExpiry == after(milliseconds: 100) + .microseconds(4999))
        #expect(pending.expire(now: after(milliseconds: 105)).count == 4999)
    }

    @Test
    mutating func `the first reply may take the whole timeout, and the others only the stall`() {
        let token = add("a", .many(timeout: .milliseconds(1000), max: nil, stall: .milliseconds(100), from: start))
        #expect(pending.expire(now: after(milliseconds: 900)).isEmpty)
        #expect(reply(token, at: 900) == "more a")
        #expect(pending.nextExpiry == after(milliseconds: 1000))
        #expect(pending.expire(now: after(milliseconds: 1000)).count == 1, "a stall is never longer than the timeout")

        let other = add("b", .many(timeout: .milliseconds(1000), max: nil, stall: .milliseconds(100), from: start))
        #expect(reply(other, at: 10) == "more b")
        #expect(reply(other, at: 60) == "more b")
        #expect(pending.expire(now: after(milliseconds: 110)).isEmpty, "each reply restarts the stall")
        #expect(pending.nextExpiry == after(milliseconds: 160))
        #expect(pending.expire(now: after(milliseconds: 160)).map(\.receiver) == ["b"])
    }

    @Test(
        arguments: [(0, Duration.zero), (-1, .seconds(-1)), (0, .seconds(5)), (0, .seconds(6))]
    )
    func `terms without a meaning are ignored (ADR-47)`(max: Int, stall: Duration) {
        let terms = ReplyTerms.many(timeout: .seconds(5), max: max, stall: stall, from: start)
        #expect(terms.max == nil)
        #expect(terms.stall == nil)
    }

    @Test
    mutating func `a lost connection ends the requests that were handed over, and no others`() {
        let (sent, buffered, full) = (add("sent"), add("buffered"), add("full"))
        #expect(pending.accepted(sent, as: 7)?.receiver == nil)
        #expect(pending.accepted(buffered, as: 8)?.receiver == nil)
        #expect(pending.disconnected(handedOver: 7).map(\.receiver) == ["sent"])
        #expect(pending.count == 2)
        #expect(pending.accepted(full, as: 9)?.receiver == nil)
        #expect(reply(buffered) == "last buffered")
        #expect(reply(full) == "last full")
    }

    @Test
    mutating func `a request that was lost before its sequence was recorded ends when it is recorded`() {
        let token = add("a")
        #expect(pending.disconnected(handedOver: 7).isEmpty)
        #expect(pending.accepted(token, as: 7)?.receiver == "a")
        #expect(pending.count == 0)
    }

    @Test
    mutating func `a reply may arrive before the sequence of its request is recorded`() {
        let token = add("a")
        #expect(reply(token) == "last a")
        #expect(pending.accepted(token, as: 1)?.receiver == nil)
        #expect(pending.count == 0)
    }

    @Test
    mutating func `a canceled request is removed, and its reply is late`() {
        let token = add("a")
        #expect(pending.remove(token)?.receiver == "a")
        #expect(pending.remove(token)?.receiver == nil)
        #expect(reply(token) == "late")
        #expect(pending.expire(now: .distantFuture).isEmpty)
    }

    @Test
    mutating func `the requests to one subject, and all requests, can be ended together`() {
        _ = (add("1"), add("2", to: "b"), add("3"), add("4", to: "c"))
        #expect(pending.remove(to: "a").map(\.receiver).sorted() == ["1", "3"])
        #expect(pending.removeAll().map(\.receiver).sorted() == ["2", "4"])
        #expect(pending.nextExpiry == nil)
        #expect(pending.count == 0)
    }
}
