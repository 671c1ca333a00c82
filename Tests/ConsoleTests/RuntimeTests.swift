import Locking
import NATSMonitoring
import Roulette
import Settings
import TerminalUI
import TestSupport
import Testing

@testable import Console

/// A terminal that records calls and frames, and lets tests wait for a text.
final class RecordingTerminal: ConsoleTerminal {
    let events: AsyncStream<InputEvent>
    private let input: AsyncStream<InputEvent>.Continuation
    private let frames: AsyncStream<[String]>
    private let frameInput: AsyncStream<[String]>.Continuation
    let calls = Mutex<[String]>([])
    let frameCount = Mutex(0)

    init() {
        (events, input) = AsyncStream<InputEvent>.makeStream()
        (frames, frameInput) = AsyncStream<[String]>.makeStream()
    }

    var size: Size { get async { Size(width: 100, height: 30) } }

    func paint(_ buffer: CellBuffer, cursor: Point?) async {
        frameCount.withLock { $0 += 1 }
        frameInput.yield(buffer.lines())
    }

    func redraw() async { calls.withLock { $0.append("redraw") } }
    func copy(_ lines: [SafeText]) async { calls.withLock { $0.append("copy \(lines.count)") } }
    func showPlain(_ buffer: CellBuffer) async { calls.withLock { $0.append("plain") } }
    func suspend() async { calls.withLock { $0.append("suspend") } }
    func edit(_ text: [UInt8]) async throws(EditorError) -> [UInt8] {
        calls.withLock { $0.append("edit") }
        return text + Array(" edited".utf8)
    }
    func setMouse(_ isOn: Bool) async { calls.withLock { $0.append("mouse \(isOn)") } }

    func press(_ names: String...) {
        for name in names {
            if let key = Key(parsing: name) { input.yield(.key(key)) }
        }
    }

    func type(_ text: String) {
        for scalar in text.unicodeScalars { input.yield(.key(.character(scalar))) }
    }

    func hangUp() { input.finish() }

    /// Waits for a frame with a text. If the text never appears, the time limit of the test ends the wait.
    func waitFor(_ text: String) async {
        for await frame in frames where frame.contains(where: { $0.contains(text) }) { return }
    }
}

@Suite("Runtime", .timeLimit(.minutes(5)))
struct RuntimeTests {
    /// Creates a console on port 1 of this machine, where no server answers.
    private func makeConsole(
        _ terminal: RecordingTerminal,
        profile: Profile = Fixtures.profile(),
        clock: ConsoleClock = .system
    ) throws -> ConsoleRuntime {
        var configuration = RouletteConfiguration(clusters: [.init(name: "alpha", host: "127.0.0.1", port: 1)])
        configuration.poolSize = 1
        configuration.maxRetry = 0
        let client = try RouletteClient(configuration: configuration)
        return try ConsoleRuntime(
            client: client,
            configuration: ConsoleConfiguration(profile: profile),
            terminal: terminal,
            clock: clock
        )
    }

    @Test
    func `a profile is shown since its model exists, though the clock runs since the console started`() async throws {
        let manual = ManualClock()
        let clock = ConsoleClock(manual) { (0, 0) }
        manual.advance(by: .seconds(7200))
        let data = try await makeConsole(RecordingTerminal(), clock: clock).makeModel().data
        #expect(data.shownSince == .seconds(7200) && data.now.uptime == .seconds(7200))
    }

    @Test
    func `https monitoring uses the trust roots and the certificate of the cluster's connections`() throws {
        var profile = Profile(
            name: "p",
            servers: [
                ProfileServer(host: "a", monitors: [try MonitorEndpoint("https://a:8222/nats")]),
                ProfileServer(host: "b", monitors: [try MonitorEndpoint("https://b:8222")]),
            ]
        )
        profile.tls.trustRoots = .file("/profile.pem")
        var own = profile.tls
        own.clientCertificate = .init(chainFile: "/own.pem", keyFile: "/own.key")
        profile.servers[1].tls = own
        let console = try makeConsole(RecordingTerminal(), profile: profile)
        #expect(console.urls(of: 0).first?.tls == profile.tls)
        #expect(console.urls(of: 0).first?.endpoint.basePath == "/nats")
        #expect(console.urls(of: 1).first?.tls == own)
    }

    @Test
    func `the console runs without a server, handles keys, and q ends it`() async throws {
        let terminal = RecordingTerminal()
        let console = try makeConsole(terminal)
        async let run: Void = console.run()
        await terminal.waitFor("Clusters")
        await terminal.waitFor("down")
        terminal.press("3")
        await terminal.waitFor("No subscription yet")
        terminal.press("q")
        await run
    }

    @Test
    func `the first frame is painted before any connection is made`() async throws {
        let terminal = RecordingTerminal()
        let console = try makeConsole(terminal)
        async let run: Void = console.run()
        await terminal.waitFor("connecting to")
        terminal.press("q")
        await run
    }

    @Test
    func `a failed publish is shown in the form`() async throws {
        let terminal = RecordingTerminal()
        let console = try makeConsole(terminal)
        async let run: Void = console.run()
        await terminal.waitFor("Clusters")
        terminal.press("p")
        terminal.type("orders.eu")
        terminal.press("enter")
        await terminal.waitFor("failed: no connection during")
        terminal.press("esc", "q")
        await run
    }

    @Test
    func `terminal effects are carried out in order`() async throws {
        let terminal = RecordingTerminal()
        let console = try makeConsole(terminal)
        async let run: Void = console.run()
        terminal.press("m", "^z", "^l", "m", "q")
        await run
        #expect(terminal.calls.withLock { $0 } == ["mouse true", "suspend", "redraw", "mouse false"])
    }

    @Test
    func `watches of the profile start with the console in production too, and an unknown theme is an error`() async throws {
        let terminal = RecordingTerminal()
        var profile = Fixtures.profile(.production)
        profile.watch = [">"]
        let console = try makeConsole(terminal, profile: profile)
        async let run: Void = console.run()
        await terminal.waitFor("1 subscribed: >, watched")
        terminal.press(":")
        terminal.type("theme nrod")
        terminal.press("enter")
        await terminal.waitFor("error: ")
        terminal.press("q")
        await run
    }

    @Test
    func `the end of the terminal ends the console`() async throws {
        let terminal = RecordingTerminal()
        let console = try makeConsole(terminal)
        async let run: Void = console.run()
        await terminal.waitFor("Clusters")
        terminal.hangUp()
        await run
    }

    @Test
    func `canceling the task ends the console`() async throws {
        let terminal = RecordingTerminal()
        let console = try makeConsole(terminal)
        let run = Task { await console.run() }
        await terminal.waitFor("Clusters")
        run.cancel()
        await run.value
    }

    @Test
    func `an unknown theme is an error before the first frame`() throws {
        let client = try RouletteClient(configuration: RouletteConfiguration(clusters: [.init(host: "127.0.0.1", port: 1)]))
        let configuration = ConsoleConfiguration(profile: Fixtures.profile(), themeName: "nrod")
        #expect(throws: SettingsError.self) {
            try ConsoleRuntime(client: client, configuration: configuration, terminal: RecordingTerminal())
        }
    }

    @Test
    func `an unchanged frame is not painted again`() async {
        let terminal = RecordingTerminal()
        var model = Fixtures.busyModel(Size(width: 80, height: 24), view: .overview)
        var screen = ConsoleScreen(terminal: terminal, glyphs: .unicode)
        await screen.show(&model)
        #expect(screen.hasPainted)
        await screen.show(&model)
        #expect(!screen.hasPainted)
        _ = update(&model, .input(.key(.character("2"))))
        await screen.show(&model)
        #expect(screen.hasPainted)
        #expect(terminal.frameCount.withLock { $0 } == 2)
    }
}

@Suite("EventQueue", .timeLimit(.minutes(5)))
struct EventQueueTests {
    @Test
    func `all pending elements are taken at once, in order`() async throws {
        let queue = EventQueue<Int>()
        for number in 0..<5 { queue.send(number) }
        #expect(try #require(await queue.takeAll()).elements == [0, 1, 2, 3, 4])
        queue.send(5)
        queue.finish()
        queue.send(6)
        #expect(try #require(await queue.takeAll()).elements == [5])
        #expect(await queue.takeAll() == nil)
    }

    @Test
    func `elements above the capacity are refused and counted`() async throws {
        let queue = EventQueue<Int>()
        for number in 0..<5_000 { queue.send(number) }
        let (elements, refused) = try #require(await queue.takeAll())
        #expect(elements.count == 4_096)
        #expect(elements.last == 4_095)
        #expect(refused == 904)
    }

    @Test
    func `the queue wakes its consumer, and ends when the consumer is canceled`() async throws {
        let queue = EventQueue<Int>()
        let consumer = Task { await queue.takeAll()?.elements.first }
        queue.send(7)
        #expect(await consumer.value == 7)
        let waiting = Task { await queue.takeAll() == nil }
        waiting.cancel()
        #expect(await waiting.value)
    }
}
