import NATSWire
public import Roulette
import Settings
import TerminalUI

/// Runs the console on a client and a terminal.
///
/// One loop owns the model: it takes everything that has happened, lets ``update(_:_:)`` change the model, draws at most
/// 30 times a second, and only what differs from what is shown. All that happens elsewhere, happens in tasks of
/// ``run()``.
public struct ConsoleRuntime: Sendable {
    /// The shortest time between two frames.
    static let frameInterval: Duration = .milliseconds(33)
    /// How often rates are worked out and clusters looked at when nothing else happens.
    static let tickInterval: Duration = .seconds(1)
    /// The shortest time between two looks at the traffic.
    static let trafficInterval: Duration = .milliseconds(250)

    let client: RouletteClient
    let configuration: ConsoleConfiguration
    let terminal: any ConsoleTerminal
    let clock: ConsoleClock
    let traffic: TrafficStore
    let mailbox: Mailbox<ConsoleEvent>
    /// Tells the traffic feed that messages came; one that waits is enough.
    let news: (stream: AsyncStream<Void>, continuation: AsyncStream<Void>.Continuation)
    let history: HistoryKeeper
    let themes: ThemeLoader

    /// Prepares the console without touching network or terminal.
    ///
    /// - Parameters:
    ///   - client: Not running yet: ``run()`` runs and closes it.
    ///   - configuration: Profile, keys and themes.
    ///   - terminal: Where the console is drawn.
    ///   - clock: What time it is.
    /// - Throws: `SettingsError` when the theme cannot be loaded.
    public init(
        client: RouletteClient,
        configuration: ConsoleConfiguration,
        terminal: any ConsoleTerminal,
        clock: ConsoleClock = .system
    ) throws {
        try self.init(
            client: client,
            configuration: configuration,
            terminal: terminal,
            clock: clock,
            mailbox: Mailbox<ConsoleEvent>()
        )
    }

    /// - Parameter mailbox: Where the terminal's events arrive already, for a console that follows another.
    init(
        client: RouletteClient,
        configuration: ConsoleConfiguration,
        terminal: any ConsoleTerminal,
        clock: ConsoleClock,
        mailbox: Mailbox<ConsoleEvent>
    ) throws(SettingsError) {
        themes = try ThemeLoader(
            configuration.themes,
            depth: configuration.colorDepth,
            name: configuration.themeName ?? ThemeLibrary.defaultName
        )
        let news = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        traffic = TrafficStore(ring: client.ring, inboxPrefix: client.configuration.inboxPrefix) { news.continuation.yield() }
        self.client = client
        self.configuration = configuration
        self.terminal = terminal
        self.clock = clock
        self.news = news
        history = HistoryKeeper(path: configuration.profile.keepsHistory ? configuration.stateDirectory : nil)
        self.mailbox = mailbox
    }

    /// Shows the console, on one profile after the other, until the operator quits, the terminal ends or the task is
    /// canceled; then closes the client.
    ///
    /// The first frame is painted before any connection is made.
    public func run() async {
        await withDiscardingTaskGroup { group in
            group.addTask { await feedInput() }
            var end = await show(nil)
            while case .switched(let next, let carried) = end { end = await next.show(carried) }
            group.cancelAll()
        }
    }

    /// Shows the console on its profile.
    /// - Parameter carried: What stays from the profile before.
    private func show(_ carried: CarriedState?) async -> ConsoleEnd {
        // What was on its way from the profile before concerns nobody any more.
        if carried != nil { mailbox.removeAll { if case .input = $0 { true } else { false } } }
        var model = await makeModel()
        if let carried { model.take(carried) }
        var screen = ConsoleScreen(terminal: terminal, glyphs: configuration.glyphs)
        await screen.show(&model)
        return await withDiscardingTaskGroup { group in
            addFeeds(to: &group)
            group.addTask { await loadHistory() }
            let effects = EffectRunner(runtime: self)
            if configuration.demo != nil { effects.start(.lookAtDemo, in: &group) }
            for pattern in configuration.profile.watch {
                // What the profile says was decided by whoever wrote it; it is not asked again.
                let request = SubscriptionRequest(pattern: pattern, purpose: .watch)
                for effect in model.subscribe(request, isConfirmed: true) { effects.start(effect, in: &group) }
                model.keepAsEvent()
            }
            if carried != nil { model.show(.info("profile \(untrusted: configuration.profile.name)")) }
            var end = await loop(&model, &screen, effects, in: &group)
            if case .switched(let next, var carried) = end {
                carried.note = await drain()
                end = .switched(next, carried)
            }
            client.close()
            group.cancelAll()
            return end
        }
    }

    private func makeModel() async -> ConsoleModel {
        let deployment = Deployment(
            profile: configuration.profile,
            ring: client.ring,
            clusterNames: client.clusters.map(\.name)
        )
        let keys = KeyMap(configuration.keyBindings)
        var data = DashboardData(deployment: deployment, keys: keys, theme: themes.first)
        data.now = clock.now
        data.clusters = ClusterRow.rows(of: client.snapshot())
        var model = ConsoleModel(size: await terminal.size, data: data)
        do {
            model.data.themeNames = try themes.names()
        } catch {
            model.log(EventRow(.note, .warning, detail: "\(untrusted: error.description)"))
        }
        if configuration.demo != nil { model.data.demoNodes = DemoNodeList(revision: 0, nodes: []) }
        model.data.profileNames = configuration.profiles?.names() ?? []
        if configuration.profile.skipsVerification {
            let text: SafeText = "certificates are not verified: anybody in between can read and change everything"
            model.log(EventRow(.note, .warning, detail: text))
        }
        return model
    }

    /// Until there is a reason to quit, or to show another profile.
    private func loop(
        _ model: inout ConsoleModel,
        _ screen: inout ConsoleScreen,
        _ effects: EffectRunner,
        in group: inout DiscardingTaskGroup
    ) async -> ConsoleEnd {
        while let (events, refused) = await mailbox.takeAll(), !Task.isCancelled {
            if refused > 0 {
                model.log(EventRow(.missed, .warning, detail: "\(refused) events came too fast and are missing here"))
            }
            for event in events {
                for effect in update(&model, event) {
                    switch effect {
                    case .quit: return .quit
                    case .switchProfile(let name):
                        guard let next = successor(name, after: model) else { continue }
                        model.show(.info("switching to \(untrusted: name)…"))
                        await screen.show(&model)
                        return .switched(next, CarriedState(model))
                    case .suspend: await terminal.suspend()
                    case .redraw: await terminal.redraw()
                    case .copyScreen: await terminal.showPlain(plainScreen(model, glyphs: configuration.glyphs))
                    case .copy(let lines): await terminal.copy(lines)
                    case .setMouse(let isOn): await terminal.setMouse(isOn)
                    default: effects.start(effect, in: &group)
                    }
                }
            }
            let start = clock.now.uptime
            await screen.show(&model)
            // What happens meanwhile is taken at once, with the next frame.
            let rest = Self.frameInterval - (clock.now.uptime - start)
            if rest > .zero, screen.hasPainted { try? await clock.sleep(for: rest) }
        }
        return .quit
    }
}

/// What the terminal shows, to paint only what differs.
struct ConsoleScreen {
    private let terminal: any ConsoleTerminal
    private let glyphs: GlyphSet
    private var shown: (buffer: CellBuffer, cursor: Point?)?
    /// Whether the last call of ``show(_:)`` painted.
    private(set) var hasPainted = false

    init(terminal: any ConsoleTerminal, glyphs: GlyphSet) {
        self.terminal = terminal
        self.glyphs = glyphs
    }

    mutating func show(_ model: inout ConsoleModel) async {
        model.prepareFrame()
        var buffer = CellBuffer(size: model.size, glyphs: glyphs, escapeStyle: model.data.theme[.escape])
        let cursor = draw(model, into: &buffer)
        hasPainted = shown.map { $0.cursor != cursor || $0.buffer != buffer } ?? true
        guard hasPainted else { return }
        await terminal.paint(buffer, cursor: cursor)
        shown = (buffer, cursor)
    }
}
