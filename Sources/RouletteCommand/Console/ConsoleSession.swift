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
            themes: ThemeLibrary(directories: themeDirectories(environment)),
            themeName: deployment.file?.theme,
            colorDepth: terminal.capabilities.colorDepth,
            glyphs: terminal.capabilities.glyphs,
            // Without a home directory nothing is kept.
            stateDirectory: try? SettingsLocations(environment: environment).stateDirectory,
            messageLine: { message in
                let time = Timestamp(timespec(tv_sec: Int(message.epochSeconds), tv_nsec: 0))
                return PrintableMessage(message).savedJSON(at: time, of: message.payloadLength).line
            }
        )
        let screen = NcursesConsoleTerminal(terminal: terminal, environment: environment)
        try await ConsoleRuntime(client: client, configuration: console, terminal: screen).run()
    }

    /// Where themes are found: the operator's own, those installed with the program, those of the checkout it was built in.
    private static func themeDirectories(_ environment: [String: String]) -> [String] {
        let executable = Bundle.main.executableURL?.resolvingSymlinksInPath()
        // Without a home directory the compiled-in themes remain.
        var directories = (try? SettingsLocations(environment: environment, executable: executable?.path))?.themeDirectories ?? []
        if let executable, let build = executable.pathComponents.lastIndex(of: ".build") {
            directories.append(NSString.path(withComponents: Array(executable.pathComponents[..<build])) + "/themes")
        }
        return directories
    }
}

/// The ncurses terminal as the console wants it.
private struct NcursesConsoleTerminal: ConsoleTerminal {
    let terminal: Terminal
    let environment: [String: String]

    var events: AsyncStream<InputEvent> { terminal.events }
    var size: Size { terminal.size }

    func paint(_ buffer: CellBuffer, cursor: Point?) { terminal.paint(buffer, cursor: cursor) }
    func redraw() { terminal.redraw() }
    func suspend() async { await terminal.stopProcess() }
    func edit(_ text: [UInt8]) async throws(EditorFailure) -> [UInt8] {
        let editor = try ExternalEditor(environment: environment)
        await terminal.suspend()
        let result: Result<[UInt8], EditorFailure>
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
