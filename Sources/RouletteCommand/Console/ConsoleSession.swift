import Console
import Foundation
import NcursesTerminal
import Roulette
import Settings
import TerminalUI

/// Opens the console on a deployment, and puts the terminal back in order however it ends.
enum ConsoleSession {
    /// Runs the console until the operator quits.
    ///
    /// - Parameters:
    ///   - deployment: What to show, with its login complete, and the configuration with keys and theme if there is one.
    ///   - environment: The process's environment.
    /// - Throws: `TerminalError`, `SettingsError` or `RouletteError`, all before anything was connected.
    static func run(
        _ deployment: ResolvedDeployment,
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) async throws {
        var configuration = try RouletteConfiguration(profile: deployment.profile)
        configuration.connectionName = "roulette console"
        let client = try RouletteClient(configuration: configuration, logger: .silent)
        let terminal = try Terminal.start()
        defer { terminal.restore() }
        let console = ConsoleConfiguration(
            profile: deployment.profile,
            keyBindings: deployment.file?.keyBindings ?? .standard,
            themes: .installed(environment),
            themeName: deployment.file?.theme,
            colorDepth: terminal.capabilities.colorDepth,
            glyphs: terminal.capabilities.glyphs
        )
        try await ConsoleRuntime(client: client, configuration: console, terminal: NcursesConsoleTerminal(terminal: terminal))
            .run()
    }
}

/// The ncurses terminal as the console wants it.
private struct NcursesConsoleTerminal: ConsoleTerminal {
    let terminal: Terminal

    var events: AsyncStream<InputEvent> { terminal.events }
    var size: Size { terminal.size }

    func paint(_ buffer: CellBuffer, cursor: Point?) { terminal.paint(buffer, cursor: cursor) }
    func redraw() { terminal.redraw() }
    func suspend() async { await terminal.stopProcess() }
    func setMouse(_ isOn: Bool) { terminal.setMouse(isOn) }
}
