import Roulette
import Settings
import TerminalUI

// Switching to another profile: the old client is brought to its end, and a console on the new one takes the terminal.

/// How the console on one profile ended.
enum ConsoleEnd: Sendable {
    case quit
    /// Another profile is to be shown.
    case switched(ConsoleRuntime, CarriedState)
}

/// What stays when another profile is shown.
struct CarriedState: Sendable {
    let view: KeyAction
    let isMouseOn: Bool
    let chosenTheme: String?
    let histories: [HistoryTopic: InputHistory]
    /// What the old profile left behind, if anything.
    var note: EventRow?

    init(_ model: ConsoleModel) {
        view = type(of: model.views.current).opening
        isMouseOn = model.isMouseOn
        chosenTheme = model.chosenTheme
        histories = model.histories
    }
}

extension ConsoleModel {
    /// Takes over what stays from the profile before.
    mutating func restore(_ carried: CarriedState) {
        _ = views.open(carried.view)
        isMouseOn = carried.isMouseOn
        chosenTheme = carried.chosenTheme
        histories = carried.histories
        if let note = carried.note { log(note) }
    }
}

extension ConsoleRuntime {
    /// How long the old profile may take to bring what is under way to its end.
    private static let drainTimeout: Duration = .seconds(1)

    /// Whether a profile can be switched to.
    func checkProfile(_ name: String) {
        do throws(ProfileError) {
            _ = try load(name)
            queue.send(.profileLoaded(name))
        } catch {
            queue.send(.failed(.error("\(untrusted: error.description)")))
        }
    }

    /// The console on another profile; nil, and a notice with the reason, if there is none.
    func runtime(onProfile name: String, after model: ConsoleModel) -> ConsoleRuntime? {
        do {
            let loaded = try load(name)
            var configuration = configuration
            configuration.profile = loaded.profile
            configuration.keyBindings = loaded.keyBindings
            // What a profile itself asks for is to be seen; else what the operator chose stays.
            configuration.themeName = loaded.profile.theme ?? model.chosenTheme ?? loaded.themeName
            return try ConsoleRuntime(
                client: loaded.client,
                configuration: configuration,
                terminal: terminal,
                clock: clock,
                queue: queue
            )
        } catch {
            let notice = (error as? SettingsError)?.notice ?? "\(untrusted: String(describing: error))"
            queue.send(.failed(.error(notice)))
            return nil
        }
    }

    private func load(_ name: String) throws(ProfileError) -> LoadedProfile {
        guard let profiles = configuration.profiles else { throw ProfileError("there is no other profile here") }
        return try profiles.load(name)
    }

    /// Drains the client: waits a moment until what was published is confirmed.
    /// - Returns: What was left behind.
    func drain() async -> EventRow? {
        do throws(RouletteError) {
            try await client.drain(timeout: Self.drainTimeout)
            return nil
        } catch {
            guard error.code == .drainIncomplete else { return nil }
            let name = configuration.profile.name
            return EventRow(.note, .warning, detail: "profile \(untrusted: name) left behind: \(untrusted: error.message)")
        }
    }
}
