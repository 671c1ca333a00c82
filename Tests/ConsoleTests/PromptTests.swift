import NATSMonitoring
import Settings
import TerminalUI
import Testing

@testable import Console

@Suite("Subscribing and publishing")
struct PromptTests {
    @Test
    func `the selected topic is suggested: typing replaces it, and other keys accept it`() {
        var model = Fixtures.busyModel(Size(width: 80, height: 24), view: .topics)
        model.press("s")
        #expect(Screens.shows("orders.eu → beta", model))
        model.type("pay.new")
        #expect(Screens.shows("Topic       pay.new ", model))
        model.press("esc", "s", "end")
        model.type(".x")
        #expect(Screens.shows("Topic       orders.eu.x ", model))
    }

    @Test
    func `while the tail follows, no topic is suggested, and while it is paused, the selected topic is`() {
        for key in ["s", "p"] {
            var model = Fixtures.busyModel(Size(width: 80, height: 24), view: .tail)
            model.press(key)
            #expect(!Screens.shows("→", model), "no topic has an owner yet")
            model.press("esc", "space", key)
            #expect(Screens.shows("→ beta", model))
        }
    }

    // MARK: Subscribe

    @Test
    func `the owner is shown while the topic is typed`() {
        var model = Fixtures.model()
        model.press("s")
        model.type("orders.eu")
        #expect(Screens.shows("orders.eu → beta, hash 7277339649065724949", model))
        model.press("^u")
        model.type("orders.*")
        #expect(Screens.shows("orders.* → all 3 clusters", model))
        model.press("^u")
        model.type("a b")
        #expect(Screens.shows("a space at position 2", model))
        #expect(model.press("enter").isEmpty)
        #expect(model.prompt is SubscribePrompt)
    }

    @Test(
        arguments: [
            ("a\nb", "a line break at position 2"), ("a\tb", "a tab at position 2"),
            ("a\u{0}b", "a control character at position 2"),
            ("a..b", "an empty token"), ("a*", "whole tokens"), ("", "at least one character"),
        ]
    )
    func `an invalid topic shows the reason`(_ topic: String, _ reason: String) throws {
        guard case .invalid(let text) = TopicRoute(topic, on: Fixtures.ring) else {
            Issue.record("\(topic) was accepted")
            return
        }
        #expect(text.plain.contains(reason))
    }

    @Test
    func `tab moves from the topic to the queue group`() {
        var model = Fixtures.model()
        model.press("s")
        model.type("orders.eu")
        model.press("tab")
        model.type("workers")
        let request = SubscriptionRequest(pattern: "orders.eu", queueGroup: "workers")
        #expect(model.press("enter") == [.background(.subscribe(id: 1, request))])
        #expect(model.data.subscriptions == [SubscriptionRow(id: 1, request: request)])
        _ = update(&model, .subscription(id: 1, .active))
        #expect(model.data.subscriptions[0].state == .active)
        #expect(model.data.events.rows.last?.text.plain == "subscribed to orders.eu")
    }

    @Test
    func `a subscription on a cluster that is down is pending until the cluster has it`() {
        var model = Fixtures.model()
        model.data.clusters[2].state = .down
        _ = model.subscribe(SubscriptionRequest(pattern: "t.c"))
        _ = update(&model, .subscription(id: 1, .waiting([2])))
        #expect(model.data.subscriptions[0].state == .pending)
        #expect(model.data.subscriptions[0].label.plain == "t.c, pending")
        #expect(model.data.events.rows.last?.text.plain == "t.c is pending: gamma down; its messages arrive when it is up")
        #expect(!model.data.events.rows.contains { $0.text.plain.hasPrefix("subscribed to") })
        _ = update(&model, .subscription(id: 1, .active))
        #expect(model.data.subscriptions[0].state == .active)
        #expect(model.data.events.rows.last?.text.plain == "subscribed to t.c")
    }

    @Test
    func `a first connection attempt causes no warning`() {
        var model = Fixtures.model()
        for index in model.data.clusters.indices { model.data.clusters[index].state = .connecting }
        _ = model.subscribe(SubscriptionRequest(pattern: "orders.>"))
        let rows = model.data.events.rows.count
        _ = update(&model, .subscription(id: 1, .waiting([0, 1, 2])))
        #expect(model.data.events.rows.count == rows)
        #expect(model.data.subscriptions[0].state == .pending)
    }

    @Test(arguments: [40, 80, 120])
    func `the prompt shows the state of the owners, also with a long topic`(width: Int) throws {
        var model = Fixtures.model(Size(width: width, height: 24))
        for index in model.data.clusters.indices { model.data.clusters[index].state = .up }
        let topic = "t." + String(repeating: "x", count: 80)
        let owner = Fixtures.ring.index(of: topic)
        model.press("s")
        model.type(topic)
        #expect(Screens.lines(model).contains { $0.contains("● up") && $0.contains("hash") == (width > 40) })
        model.data.clusters[owner].state = .down
        #expect(Screens.lines(model).contains { $0.contains("○ down") })
        model.press("^u")
        model.type("t.>")
        #expect(Screens.lines(model).contains { $0.contains("all 3 clusters") && $0.contains("2 up, 1 down") })
    }

    @Test
    func `a fingerprint of addresses is marked as provisional in the header and in the Ring view`() {
        var model = Fixtures.busyModel(Size(width: 160, height: 36), view: .ring)
        model.data.fingerprint.text = "0badcafe"
        #expect(!Screens.lines(model).contains { $0.contains("provisional") })
        _ = update(&model, .fingerprint(RingFingerprint(text: "0badcafe", isProvisional: true)))
        #expect(Screens.lines(model)[0].contains("ring 0badcafe provisional"))
        #expect(Screens.lines(model).contains { $0.contains("Ring 0badcafe provisional") })
    }

    @Test
    func `an equal subscription is not made twice, but an ended one can be made again`() {
        var model = Fixtures.model()
        let request = SubscriptionRequest(pattern: "orders.eu")
        #expect(model.subscribe(request) == [.background(.subscribe(id: 1, request))])
        #expect(model.subscribe(request).isEmpty)
        _ = update(&model, .subscription(id: 1, .ended("permission denied")))
        #expect(model.notice?.severity == .error)
        #expect(model.subscribe(request) == [.background(.subscribe(id: 2, request))])
        #expect(model.data.subscriptions.map(\.id) == [2])
    }

    @Test(arguments: [">", "*.eu"])
    func `in production a subscription without a limit needs confirmation`(_ pattern: String) {
        var model = Fixtures.model(profile: Fixtures.profile(.production))
        let request = SubscriptionRequest(pattern: pattern, purpose: .watch)
        #expect(model.run("watch \(pattern)").isEmpty)
        #expect(model.prompt is ConfirmationPrompt)
        var other = model
        #expect(other.press("n").isEmpty)
        #expect(other.prompt == nil)
        #expect(model.press("y") == [.background(.subscribe(id: 1, request))])
        #expect(Fixtures.model().prompt == nil)
        var development = Fixtures.model()
        #expect(development.run("watch \(pattern)") == [.background(.subscribe(id: 1, request))])
    }

    @Test
    func `the question shows the rate that the servers counted`() throws {
        var profile = Fixtures.profile(.production)
        profile.servers[0].monitors = [try MonitorEndpoint("http://nats-0.example.org:8222")]
        var model = Fixtures.model(profile: profile)
        let request = SubscriptionRequest(pattern: ">", purpose: .watch)
        #expect(model.run("watch >") == [.background(.measureRate(for: request))])
        #expect(Screens.shows("Measuring the rate", model))
        let rate = MeasuredRate(messages: 12_400, bytes: 1_600_000, clusters: 1)
        _ = update(&model, .measured(rate, for: SubscriptionRequest(pattern: "other")))
        #expect(Screens.shows("Measuring the rate", model))
        _ = update(&model, .measured(rate, for: request))
        #expect(Screens.shows("Now about 12.4k/s, 1.6 MB/s, by the counters of 1 of 3 clusters.", model))
        #expect(model.press("y") == [.background(.subscribe(id: 1, request))])
        var some = MeasuredRate(messages: 45_000, bytes: 1, clusters: 3, servers: 7, unknownServers: 2)
        #expect(some.text(clusters: 3).plain == "Now about 45.0k/s, 1 B/s, by the counters of 7 of 9 servers; 2 are not known.")
        (some.clusters, some.failure) = (2, "no answer")
        #expect(some.text(clusters: 3).plain.hasSuffix("7 of 9 servers in 2 of 3 clusters: no answer; 2 are not known."))

        _ = model.run("sub >")
        _ = update(&model, .measured(MeasuredRate(failure: "no answer\u{1B}"), for: SubscriptionRequest(pattern: ">")))
        #expect(Screens.shows("The rate is unknown: no answer^[.", model))
        var blind = Fixtures.model(profile: Fixtures.profile(.production))
        #expect(blind.run("watch >").isEmpty)
        #expect(Screens.shows("The rate is unknown: the profile has no monitor URL.", blind))
    }

    @Test
    func `u opens the list of subscriptions, with that of the selected topic selected`() {
        var model = Fixtures.busyModel(Size(width: 80, height: 24), view: .topics)
        model.press("u")
        #expect(model.data.subscriptions.count == 2)
        #expect(model.press("down", "enter") == [.background(.unsubscribe(id: 2))])
        #expect(model.data.subscriptions.map(\.id) == [1])
    }

    // MARK: Publish

    @Test
    func `a message with topic, headers and body is accepted, then confirmed`() throws {
        var model = Fixtures.busyModel(Size(width: 100, height: 30), view: .overview)
        model.press("p")
        model.type("orders.us")
        model.press("tab")
        model.type("Trace: abc")
        model.press("^j")
        model.type("Kind:test")
        model.press("tab")
        model.type("one")
        model.press("M-enter")
        model.type("two")
        let effects = model.press("enter")
        guard case .background(.publish(let id, let request)) = try #require(effects.first) else {
            Issue.record("\(effects)")
            return
        }
        #expect(effects.count == 1)
        #expect(request.topic == "orders.us")
        #expect(request.headers?.map { "\($0.name)=\($0.value)" } == ["Trace=abc", "Kind=test"])
        #expect(request.body == Array("one\ntwo".utf8))
        #expect(Screens.shows("sending", model))
        #expect(model.press("enter").isEmpty)
        _ = update(&model, .publish(id: id, .accepted(1)))
        #expect(Screens.shows("accepted, waiting for the server", model))
        _ = update(&model, .publish(id: id, .confirmed(1, after: .microseconds(1200))))
        #expect(Screens.shows("confirmed by the server after 1.2 ms", model))
    }

    @Test
    func `the form shows the owner, its state, and the size with the limit`() {
        var model = Fixtures.busyModel(Size(width: 100, height: 30), view: .overview)
        model.press("p")
        model.type("orders.eu")
        model.press("tab", "tab")
        model.type("hello")
        #expect(Screens.shows("→ beta ◐ degraded  5 B of 1.0 MB", model))
    }

    @Test
    func `a message above max_payload is not sent`() {
        var model = Fixtures.busyModel(Size(width: 100, height: 30), view: .overview)
        model.data.clusters[1].maxPayload = 4
        model.press("p")
        model.type("orders.eu")
        model.press("tab", "tab")
        model.type("hello")
        #expect(model.press("enter").isEmpty)
        #expect(Screens.shows("more than the server's max_payload of 4 B", model))
    }

    @Test
    func `an error of the library is shown in the form or, after it is closed, in the bottom row`() throws {
        var model = Fixtures.busyModel(Size(width: 100, height: 30), view: .overview)
        model.press("p")
        model.type("orders.eu")
        model.press("enter")
        _ = update(&model, .publish(id: 1, .failed("no connection during 11 tries")))
        #expect(Screens.shows("failed: no connection during 11 tries", model))
        let logged = try #require(model.data.events.rows.last)
        #expect(logged.text.plain == "publish failed: no connection during 11 tries")
        #expect(logged.cluster == model.data.deployment.ring.index(of: "orders.eu"))
        model.press("enter", "esc")
        _ = update(&model, .publish(id: 2, .failed("too late")))
        #expect(Screens.shows("publish failed: too late", model))
    }

    @Test(
        arguments: [
            ("novalue", "header line 1 has no colon"), ("A: b\n: c", "header line 2"),
        ]
    )
    func `invalid headers are refused with the line number`(_ text: String, _ reason: String) {
        #expect {
            try HeaderLines.parse(text)
        } throws: {
            ($0 as? HeaderLines.ParseError)?.reason.plain.hasPrefix(reason) == true
        }
    }

    @Test
    func `a read-only production profile is marked, and refuses to publish by key and by command`() {
        var model = Fixtures.model(profile: Fixtures.profile(.production, allowPublish: false))
        #expect(Screens.shows("PROD read-only", model))
        model.press("p")
        #expect(model.prompt == nil)
        #expect(model.notice?.text.plain.contains("allow_publish = true") == true)
        #expect(model.run("pub orders.eu x").isEmpty)
        #expect(model.notice?.severity == .error)
    }
}
