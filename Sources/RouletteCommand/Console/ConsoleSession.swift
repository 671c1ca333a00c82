import CommandSupport
import Console
import Foundation
import NcursesTerminal
import Roulette
import Settings
import TerminalUI

/// Opens the console on a deployment, and always restores the terminal.
enum ConsoleSession {
    /// Runs the console until the operator quits.
    ///
    /// - Parameters:
    ///   - deployment: The deployment with its complete login, and the configuration for keys and theme if there is one.
    ///   - theme: The initial theme, instead of the configured one.
    ///   - demo: The servers of the demo, or nil outside of a demo.
    ///   - environment: The process's environment.
    /// - Throws: `TerminalError`, `SettingsError` or `RouletteError` before connecting; ``StoppedBySignalError`` if a signal ended the
    ///   console.
    static func run(
        _ deployment: ResolvedDeployment,
        theme: String? = nil,
        demo: (any DemoControl)? = nil,
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) async throws {
        let client = try client(for: deployment.profile)
        let defaultTheme = TerminalBackground.defaultTheme(environment)
        let terminal = try Terminal.start()
        defer { terminal.restore() }
        let console = ConsoleConfiguration(
            profile: deployment.profile,
            keyBindings: deployment.file?.keyBindings ?? [],
            themes: .installed(environment),
            themeName: theme ?? deployment.profile.theme ?? deployment.file?.theme ?? defaultTheme,
            colorDepth: terminal.capabilities.colorDepth,
            glyphs: terminal.capabilities.glyphs,
            profiles: ConfiguredProfiles(start: deployment, environment: environment, theme: theme, defaultTheme: defaultTheme),
            demo: demo,
            // Without a home directory no state is saved.
            stateDirectory: try? SettingsLocations(environment: environment).stateDirectory,
            messageLine: { message in
                let (seconds, milliseconds) = message.epochMilliseconds.quotientAndRemainder(dividingBy: 1000)
                let time = Timestamp(timespec(tv_sec: Int(seconds), tv_nsec: Int(milliseconds) * 1_000_000))
                return PrintableMessage(message).savedJSON(at: time, of: message.payloadLength).line
            }
        )
        let screen = NcursesConsoleTerminal(terminal: terminal, environment: environment)
        try await ConsoleRuntime(client: client, configuration: console, terminal: screen).run()
        terminal.restore()
        if let termination = terminal.termination { throw StoppedBySignalError(signal: termination.signal) }
    }

    /// Creates the console's client for a profile. It is not running yet.
    static func client(for profile: Profile) throws -> RouletteClient {
        let configuration = try RouletteConfiguration(profile: profile, connectionName: "roulette console")
        return try RouletteClient(configuration: configuration, logger: .silent)
    }
}

extension InputEvent.Termination {
    /// The signal with which the program ends.
    fileprivate var signal: Int32 {
        switch self {
        case .interrupt: SIGINT
        case .quit: SIGQUIT
        case .terminate: SIGTERM
        case .hangup: SIGHUP
        }
    }
}

/// Adapts the ncurses terminal to the console.
private struct NcursesConsoleTerminal: ConsoleTerminal {
    let terminal: Terminal
    let environment: [String: String]

    var events: AsyncStream<InputEvent> { terminal.events }
    var size: Size { terminal.size }

    func paint(_ buffer: CellBuffer, cursor: Point?) { terminal.paint(buffer, cursor: cursor) }
    func redraw() { terminal.redraw() }
    func suspend() async { await terminal.stopProcess() }
    func edit(_ text: [UInt8]) async throws(EditorError) -> [UInt8] {
        let editor = try ExternalEditor(environment: environment)
        await terminal.suspend()
        let result: Result<[UInt8], EditorError>
        do {
            result = .success(try await editor.edit(text))
        } catch {
            result = .failure(error)
        }
        await terminal.resume()
        return try result.get()
    }

    func copy(_ lines: [SafeText]) { terminal.copy(lines) }
    func showPlain(_ buffer: CellBuffer) { terminal.showPlain(buffer) }
    func setMouse(_ isOn: Bool) { terminal.setMouse(isOn) }
}
