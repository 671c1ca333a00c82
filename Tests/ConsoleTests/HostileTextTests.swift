import NATSWire
import Operations
import Settings
import TerminalUI
import TestSupport
import Testing

@testable import Console
@testable import NATSMonitoring
@testable import Roulette

/// Shows texts of peers everywhere on the screen, and checks that no control character reaches a cell.
@Suite("Hostile text")
struct HostileTextTests {
    /// Window title, clipboard, C1, bidi, carriage return and backspace, zero width, tags.
    static let texts = [
        "\u{1B}]0;pwned\u{7}", "\u{1B}]52;c;cHduZWQ=\u{7}", "\u{9B}31m\u{90}q", "a\u{202E}gpj.exe\u{2066}",
        "safe\rrm -rf\u{8}\u{8}", "\u{200B}\u{FEFF}\u{E0041}", "line\u{2028}break\u{85}", "\u{1B}[2J\u{1B}[H\u{7F}",
    ]
    static let invalidUTF8: [UInt8] = [0x61, 0xFF, 0xC0, 0x80, 0xED, 0xA0, 0x80, 0x9B, 0x1B]

    private func isSafe(_ scalar: Unicode.Scalar) -> Bool {
        guard scalar.value >= 0x7F else { return scalar.value >= 0x20 }
        return switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate, .unassigned: false
        default: true
        }
    }

    private func expectSafe(_ model: ConsoleModel, _ label: String, glyphs: GlyphSet = .unicode) {
        let unsafe = Screens.lines(model, glyphs: glyphs).filter { !$0.unicodeScalars.allSatisfy(isSafe) }
        #expect(unsafe.isEmpty, "\(label): \(unsafe.map(\.debugDescription))")
    }

    /// Creates a model in which every untrusted text is this one.
    private func model(_ text: [UInt8], _ size: Size, _ view: KeyAction) -> ConsoleModel {
        let string = String(decoding: text, as: UTF8.self)
        var profile = Fixtures.profile()
        profile.name = string
        var model = ConsoleModel(size: size, data: Fixtures.data(profile: profile, names: [string, string + "2", "gamma"]))
        _ = model.views.open(view)
        model.data.clusters = Fixtures.clusters.map { row in
            var row = row
            (row.name, row.address, row.lastError) = (string, string, string)
            return row
        }
        var table = TrafficTable(ring: Fixtures.ring)
        table.add(Fixtures.source(1, ">", .watch))
        text.withUnsafeBytes { _ = table.receive(topic: $0, byteCount: 1, cluster: 0, source: 1, at: 1) }
        table.sample(at: 1)
        model.data.traffic = table.snapshot()
        let entry = TailEntry(
            epochSeconds: 0,
            cluster: 0,
            topic: text,
            reply: text,
            headers: Array("NATS/1.0\r\n".utf8) + text + Array(": ".utf8) + text + Array("\r\n\r\n".utf8),
            payload: text
        )
        let json = TailEntry(
            epochSeconds: 0,
            cluster: 1,
            topic: text,
            headers: Array("NATS/1.0\r\nA: ".utf8) + text.filter { $0 != 13 && $0 != 10 } + Array("\r\n\r\n".utf8),
            payload: Array("{\"a\":\"".utf8) + text.filter { $0 >= 0x20 } + Array("\"}".utf8)
        )
        model.data.tail.append(TailDelivery(entries: [entry, json, entry]))
        addIncidents(string, to: &model)
        model.data.subscriptions = [
            SubscriptionRow(
                id: 1,
                request: SubscriptionRequest(pattern: string, queueGroup: string),
                state: .failed("\(untrusted: string)")
            )
        ]
        return model
    }

    /// Adds incidents of every kind. Their texts are the names of servers, programs and patterns, and the causes of losses.
    private func addIncidents(_ text: String, to model: inout ConsoleModel) {
        let safe = SafeText(untrusted: text, maximumBytes: 128)
        let server = ServerIdentity(id: text, name: text, version: text, cluster: text, maxPayload: 1 << 20)
        let cluster = Cluster(index: 0, name: text, address: text)
        for index in 0..<2 {
            model.data.clusters[index].nodes = ClusterNodes(all: [
                ClusterNode(address: text, server: server, state: .gone), ClusterNode(address: text, state: .gone),
            ])
            model.data.clusters[index].silent = [SilentServers.Server(id: text, name: text, answeredAt: nil)]
            model.data.clusters[index].missingRoutes = [RouteMesh.Gap(one: text, other: text)]
        }
        model.data.clusters[1].alarms = [
            IdentityAlarm(kind: .sameCluster, cluster: cluster, other: cluster, reported: text, expected: nil, connections: 1)
        ]
        model.log(EventRow(.lost, .error, cluster: 0, connection: .publisher(0), detail: "\(untrusted: text)"))
        let leaving = IncidentTrace.leaving(server: safe, isShutDown: true)
        model.log(EventRow(.lameDuck, .warning, cluster: 2, detail: "\(safe) shut down", trace: leaving))
        let missed = IncidentTrace.missed(pattern: safe, .seconds(1))
        model.log(EventRow(.resumed, .info, cluster: 2, detail: "\(safe) is complete again", trace: missed))
        model.log(EventRow(.note, .error, detail: safe))
        for row in model.data.fleet.record(fleet(text), clusters: [text, text, text], at: .zero) { model.log(row) }
        model.data.updateIncidents()
    }

    /// Returns a program with this name and another ring.
    private func fleet(_ text: String) -> FleetMonitoring.Reading {
        var programs = FleetCensus()
        let name = text.unicodeScalars.map { "\\u" + String(65_536 + ($0.value & 0xFFFF), radix: 16).dropFirst() }.joined()
        for cluster in 0..<3 {
            let row = #"{"cid":1,"ip":"10.0.0.1","port":1,"name":"\#(name) publisher 0 ring=\#((cluster + 1) % 3 + 1)/3"}"#
            let json = #"{"server_id":"S\#(cluster)","total":1,"connections":[\#(row)]}"#
            if let list = try? ConnectionList(json: Array(json.utf8), limit: 8) { programs.add(list, cluster: cluster) }
        }
        return FleetMonitoring.Reading(fleet: programs.fleet(comparedWith: Fixtures.ring), problems: [text], connectionCount: 3)
    }

    @Test(arguments: texts.map { Array($0.utf8) } + [invalidUTF8])
    func `hostile text is escaped in every view, with every prompt`(_ text: [UInt8]) {
        let string = String(decoding: text, as: UTF8.self)
        // Each text at one size, and at all sizes in the long run.
        let sizes = TestScale.isFull ? ScreenTests.sizes : [ScreenTests.sizes[text.count % ScreenTests.sizes.count]]
        for size in sizes {
            for view in ScreenTests.views {
                var model = model(text, size, view)
                expectSafe(model, view.rawValue)
                expectSafe(model, "\(view.rawValue) in ASCII", glyphs: .ascii)
                model.views.current.filter = string
                expectSafe(model, "\(view.rawValue), filtered")
                model.views.current.filter = ""
                let kinds = Set(model.data.incidents.incidents.map(\.subject))
                #expect(kinds.isSuperset(of: [.cluster(0), .cluster(1), .cluster(2), .ring]) && kinds.count > 4, "\(kinds)")
                // The first keys unfold incidents in the Overview.
                for key in ["tab", "enter", "down", "down", "G", "enter", "tab"] {
                    model.press(key)
                    expectSafe(model, "\(view.rawValue), \(key)")
                }
                for key in ["enter", "x", "J", "w", "up", "up", "u", "esc", "s", "esc", "p", "esc", ":", "esc", "?"] {
                    model.press(key)
                    expectSafe(model, "\(view.rawValue), \(key)")
                }
                model.press("esc", "p")
                _ = update(&model, .input(.paste(Paste(bytes: text))))
                expectSafe(model, "\(view.rawValue), pasted")
            }
        }
    }

    @Test(arguments: texts)
    func `hostile text is escaped in notices of commands, errors and publishing`(_ text: String) {
        var model = Fixtures.model()
        for line in [
            text, "view \(text)", "route \(text)", "sub \(text)", "reconnect \(text)", "theme \(text)", "pub \(text) \(text)",
        ] {
            _ = model.run(line)
            expectSafe(model, line)
        }
        _ = update(&model, .publish(id: 99, .failed(text)))
        expectSafe(model, "publish")
        _ = update(&model, .subscription(id: 1, .ended(text)))
        expectSafe(model, "subscription")
    }

    @Test
    func `hostile text is shown in escaped form, not removed`() {
        let model = model(Array("\u{1B}]0;pwned\u{7}".utf8), Size(width: 120, height: 36), .topics)
        #expect(Screens.shows("^[]0;pwned^G", model))
    }
}
