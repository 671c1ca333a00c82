import Roulette
import Settings
import TerminalUI

// Switching to another profile: the old client is drained, and a console on the new profile takes over the terminal.

/// The reason why the console on one profile ended.
enum ConsoleEnd: Sendable {
    case quit
    /// The console switches to another profile.
    case switched(ConsoleRuntime, CarriedState)
}

/// The state that is carried over to another profile.
struct CarriedState: Sendable {
    let view: KeyAction
    let isMouseOn: Bool
    let chosenTheme: String?
    let histories: [HistoryTopic: InputHistory]
    /// The result of an incomplete drain of the old profile.
    var note: EventRow?

    init(_ model: ConsoleModel) {
        view = type(of: model.views.current).opening
        isMouseOn = model.isMouseOn
        chosenTheme = model.chosenTheme
        histories = model.histories
    }
}

extension ConsoleModel {
    /// Restores the state of the previous profile.
    mutating func restore(_ carried: CarriedState) {
        _ = views.open(carried.view)
        isMouseOn = carried.isMouseOn
        chosenTheme = carried.chosenTheme
        histories = carried.histories
        if let note = carried.note { log(note) }
    }
}

extension ConsoleRuntime {
    /// The time limit of the drain of the old profile.
    private static let drainTimeout: Duration = .seconds(1)

    /// Reports whether a profile can be used.
    func checkProfile(_ name: String) {
        do throws(ProfileError) {
            _ = try load(name)
            queue.send(.profileLoaded(name))
        } catch {
            queue.send(.failed(.error("\(untrusted: error.description)")))
        }
    }

    /// Creates the console on another profile. If that fails, shows a notice with the reason and returns nil.
    func runtime(onProfile name: String, after model: ConsoleModel) -> ConsoleRuntime? {
        do {
            let loaded = try load(name)
            var configuration = configuration
            configuration.profile = loaded.profile
            configuration.keyBindings = loaded.keyBindings
            // The theme of a profile comes first, then the theme that the operator chose.
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
        guard let profiles = configuration.profiles else { throw ProfileError("there is no other profile") }
        return try profiles.load(name)
    }

    /// Drains the client: waits a short time until published messages are confirmed.
    /// - Returns: An event about messages that were not finished; nil if there were none.
    func drain() async -> EventRow? {
        do throws(RouletteError) {
            try await client.drain(timeout: Self.drainTimeout)
            return nil
        } catch {
            guard error.code == .drainIncomplete else { return nil }
            let name = configuration.profile.name
            return EventRow(.note, .warning, detail: "profile \(untrusted: name) did not finish: \(untrusted: error.message)")
        }
    }
}
