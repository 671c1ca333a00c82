import NATSWire
public import Roulette
import Settings
import TerminalUI

/// Runs the console on a client and a terminal.
///
/// One loop owns the model. It takes all pending events, applies them with ``update(_:_:)``, and draws the changed cells at most
/// 30 times a second. Everything else runs in child tasks of ``run()``.
public struct ConsoleRuntime: Sendable {
    /// The minimum time between two frames.
    static let frameInterval: Duration = .milliseconds(33)
    /// The time between two updates of the rates and clusters.
    static let tickInterval: Duration = .seconds(1)
    /// The minimum time between two reports of new messages.
    static let trafficInterval: Duration = .milliseconds(250)

    let client: RouletteClient
    let configuration: ConsoleConfiguration
    let terminal: any ConsoleTerminal
    let clock: ConsoleClock
    let traffic: TrafficStore
    let queue: EventQueue<ConsoleEvent>
    /// Signals new messages. One pending signal is enough.
    let news: (stream: AsyncStream<Void>, continuation: AsyncStream<Void>.Continuation)
    let history: HistoryKeeper
    let themes: ThemeLoader
    /// The connections with the login of the system account.
    let systemAccounts: SystemAccounts

    /// Creates the console without using the network or the terminal.
    ///
    /// - Parameters:
    ///   - client: A client that is not running yet. ``run()`` runs and closes it.
    ///   - configuration: The profile, keys and themes.
    ///   - terminal: The terminal to draw on.
    ///   - clock: The clocks.
    /// - Throws: `SettingsError` if the theme cannot be loaded, or if a user of the system account has no password.
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
            queue: EventQueue<ConsoleEvent>()
        )
    }

    /// - Parameter queue: The queue of the terminal's events. Consoles on different profiles share it.
    init(
        client: RouletteClient,
        configuration: ConsoleConfiguration,
        terminal: any ConsoleTerminal,
        clock: ConsoleClock,
        queue: EventQueue<ConsoleEvent>
    ) throws {
        themes = try ThemeLoader(
            configuration.themes,
            depth: configuration.colorDepth,
            name: configuration.themeName ?? ThemeLibrary.defaultName
        )
        let news = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        traffic = TrafficStore(ring: client.ring, inboxPrefix: client.configuration.inboxPrefix) { news.continuation.yield() }
        systemAccounts = try SystemAccounts(configuration.profile)
        self.client = client
        self.configuration = configuration
        self.terminal = terminal
        self.clock = clock
        self.news = news
        history = HistoryKeeper(path: configuration.profile.keepsHistory ? configuration.stateDirectory : nil)
        self.queue = queue
    }

    /// Shows the console, on one profile after another, until the operator quits, the terminal ends or the task is canceled.
    /// Closes the client at the end.
    ///
    /// The first frame is drawn before any connection is made.
    public func run() async {
        await withDiscardingTaskGroup { group in
            group.addTask { await reportInput() }
            var end = await show(nil)
            while case .switched(let next, let carried) = end { end = await next.show(carried) }
            group.cancelAll()
        }
    }

    /// Shows the console on one profile.
    /// - Parameter carried: The state of the previous profile.
    private func show(_ carried: CarriedState?) async -> ConsoleEnd {
        // Drop the events of the previous profile.
        if carried != nil { queue.removeAll { if case .input = $0 { true } else { false } } }
        var model = await makeModel()
        if let carried { model.restore(carried) }
        var screen = ConsoleScreen(terminal: terminal, glyphs: configuration.glyphs)
        await screen.show(&model)
        return await withDiscardingTaskGroup { group in
            startReporting(in: &group)
            group.addTask { await loadHistory() }
            let effects = EffectRunner(runtime: self)
            if configuration.demo != nil { effects.start(.lookAtDemo, in: &group) }
            for pattern in configuration.profile.watch {
                // The profile lists these watches, so the console does not ask for confirmation.
                let request = SubscriptionRequest(pattern: pattern, purpose: .watch)
                for effect in model.subscribe(request, isConfirmed: true) {
                    _ = await carryOut(effect, &model, &screen, effects, in: &group)
                }
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

    /// Creates the model of the first frame.
    func makeModel() async -> ConsoleModel {
        let deployment = DeploymentDescription(
            profile: configuration.profile,
            ring: client.ring,
            clusterNames: client.clusters.map(\.name)
        )
        let keys = KeyMap(configuration.keyBindings)
        var data = DashboardData(deployment: deployment, keys: keys, theme: themes.first, now: clock.now)
        data.clusters = ClusterRow.rows(of: client.snapshot())
        data.servers.update(data.clusters)
        var model = ConsoleModel(size: await terminal.size, data: data)
        do {
            model.data.themeNames = try themes.names()
        } catch {
            model.log(EventRow(.note, .warning, detail: "\(untrusted: error.description)"))
        }
        if configuration.demo != nil { model.data.demo = DemoState(revision: 0, balancing: nil, targets: []) }
        model.data.profileNames = configuration.profiles?.names() ?? []
        if configuration.profile.skipsVerification {
            let text: SafeText = "certificates are not verified: a third party can read and change everything"
            model.log(EventRow(.note, .warning, detail: text))
        }
        return model
    }

    /// Handles events until the console quits or switches to another profile.
    private func loop(
        _ model: inout ConsoleModel,
        _ screen: inout ConsoleScreen,
        _ effects: EffectRunner,
        in group: inout DiscardingTaskGroup
    ) async -> ConsoleEnd {
        while let (events, refused) = await queue.takeAll(), !Task.isCancelled {
            if refused > 0 {
                model.log(EventRow(.missed, .warning, detail: "\(refused) events are not shown, because they arrived too fast"))
            }
            for event in events {
                for effect in update(&model, event) {
                    if let end = await carryOut(effect, &model, &screen, effects, in: &group) { return end }
                }
            }
            let start = clock.now.uptime
            await screen.show(&model)
            // Events that arrive during the pause are handled together before the next frame.
            let rest = Self.frameInterval - (clock.now.uptime - start)
            if rest > .zero, screen.hasPainted { try? await clock.sleep(for: rest) }
        }
        return .quit
    }

    /// Carries out an effect.
    /// - Returns: The reason if the effect ends the console on this profile; otherwise nil.
    private func carryOut(
        _ effect: Effect,
        _ model: inout ConsoleModel,
        _ screen: inout ConsoleScreen,
        _ background: EffectRunner,
        in group: inout DiscardingTaskGroup
    ) async -> ConsoleEnd? {
        switch effect {
        case .background(let effect): background.start(effect, in: &group)
        case .terminal(.quit): return .quit
        case .terminal(.switchProfile(let name)):
            guard let next = runtime(onProfile: name, after: model) else { return nil }
            model.show(.info("switching to \(untrusted: name)…"))
            await screen.show(&model)
            return .switched(next, CarriedState(model))
        case .terminal(.suspend): await terminal.suspend()
        case .terminal(.redraw): await terminal.redraw()
        case .terminal(.copyScreen): await terminal.showPlain(plainScreen(model, glyphs: configuration.glyphs))
        case .terminal(.copy(let lines)): await terminal.copy(lines)
        case .terminal(.setMouse(let isOn)): await terminal.setMouse(isOn)
        }
        return nil
    }
}
