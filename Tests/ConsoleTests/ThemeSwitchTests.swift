import Foundation
import Settings
import TerminalUI
import TestSupport
import Testing

@testable import Console

@Suite("Changing themes")
struct ThemeSwitchTests {
    private func model() -> ConsoleModel {
        var model = Fixtures.busyModel(Size(width: 120, height: 36), view: .overview)
        model.data.themeNames = ["default-dark", "default-light", "nord"]
        return model
    }

    private let light = Fixtures.theme(name: "default-light")

    @Test(arguments: [ColorDepth.indexed256, .ansi16])
    func `with few colors no role has the same foreground and background`(_ depth: ColorDepth) throws {
        let root = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let library = ThemeLibrary(directories: [root.appendingPathComponent("themes").path])
        let names = try FileManager.default.contentsOfDirectory(atPath: root.appendingPathComponent("themes").path)
            .map { String($0.dropLast(".toml".count)) }
        #expect(names.count >= 18)
        for name in names {
            let theme = Theme(try library.load(name), depth: depth)
            let text = theme[.text]
            for role in ThemeRole.allCases {
                let style = text.overlaid(with: theme[role])
                guard let foreground = style.foreground, let background = style.background else { continue }
                #expect(foreground != background, "\(role) of \(name) with \(depth)")
            }
        }
    }

    @Test
    func `a theme named in the prompt is previewed while the prompt is open, and escape restores the previous theme`() {
        var model = model()
        let before = model.data.theme
        model.press(":")
        #expect(model.type("theme default-ligh").isEmpty)
        #expect(model.type("t") == [.background(.previewTheme("default-light"))])
        _ = update(&model, .themePreviewed(light))
        #expect(model.data.theme == light)
        #expect(model.press("esc").isEmpty)
        #expect(model.data.theme == before)
    }

    @Test
    func `tab completes the names one after another and previews each theme`() {
        var model = model()
        model.press(":")
        model.type("theme ")
        #expect(model.press("tab").isEmpty, "the theme in use")
        #expect(model.press("tab") == [.background(.previewTheme("default-light"))])
        _ = update(&model, .themePreviewed(light))
        #expect(model.press("tab") == [.background(.previewTheme("nord"))])
        #expect(model.press("tab") == [.background(.previewTheme("default-dark"))])
    }

    @Test
    func `enter keeps the previewed theme without showing the old one in between`() {
        var model = model()
        model.press(":")
        model.type("theme default-light")
        _ = update(&model, .themePreviewed(light))
        #expect(model.press("enter") == [.background(.loadTheme("default-light"))])
        #expect(model.data.theme == light)
        _ = update(&model, .themeLoaded(light))
        #expect(model.press(":", "esc").isEmpty)
        #expect(model.data.theme == light)
    }

    @Test
    func `a command with another theme first restores the theme in use`() {
        var model = model()
        let before = model.data.theme
        model.press(":")
        model.type("theme default-light")
        _ = update(&model, .themePreviewed(light))
        model.press("^u")
        #expect(model.data.theme == before)
        model.type("theme nrod")
        #expect(model.press("enter") == [.background(.loadTheme("nrod"))])
        #expect(model.data.theme == before)
    }

    @Test
    func `a late preview is not shown`() {
        var model = model()
        let before = model.data.theme
        model.press(":")
        model.type("theme default-light")
        model.press("esc")
        _ = update(&model, .themePreviewed(light))
        #expect(model.data.theme == before)
    }

    @Test(arguments: [true, false])
    func `without a name the command opens a list`(isKept: Bool) {
        var model = model()
        let before = model.data.theme
        model.press(":")
        model.type("theme")
        model.press("enter")
        #expect(model.prompt is ThemePrompt)
        #expect(model.press("down") == [.background(.previewTheme("default-light"))])
        _ = update(&model, .themePreviewed(light))
        #expect(model.data.theme == light)
        #expect(Screens.shows("▸ default-light", model))
        #expect(model.press(isKept ? "enter" : "esc") == (isKept ? [.background(.loadTheme("default-light"))] : []))
        #expect(model.data.theme == (isKept ? light : before))
        #expect(model.prompt == nil)
    }

    @Test(arguments: ScreenTests.sizes)
    func `the list of themes matches its screen at each size`(_ size: Size) throws {
        var model = Fixtures.busyModel(size, view: .overview)
        model.data.themeNames = (1...20).map { "theme-\($0)" } + ["default-dark"]
        model.press(":")
        model.type("theme")
        model.press("enter")
        try Screens.expect(model, "theme-\(size.width)x\(size.height)")
    }

    @Test
    func `an edited file changes the theme in use, also during a preview, and a broken file is a notice and an event`() {
        var model = model()
        _ = update(&model, .themeReloaded(light))
        #expect(model.data.theme == light)
        model.press(":")
        model.type("theme nord")
        let nord = Fixtures.theme(.indexed256)
        model.themeBeforePreview = nord
        _ = update(&model, .themeReloaded(light))
        model.press("esc")
        #expect(model.data.theme == light)
        _ = update(&model, .themeBroken("nord.toml:3: txt: unknown role"))
        #expect(model.data.theme == light)
        #expect(Screens.shows("error: theme unchanged: nord.toml:3: txt: unknown role", model))
        #expect(model.data.events.rows.last?.severity == .error, "the event stays after the notice has gone")
    }
}

@Suite("Theme files")
struct ThemeLoaderTests {
    private func loader(_ files: [String: String], name: String) throws -> (loader: ThemeLoader, directory: TemporaryDirectory) {
        let directory = try TemporaryDirectory(for: "themes")
        for (name, text) in files { try write(text, name, in: directory) }
        let library = ThemeLibrary(directories: [directory.path])
        return (try ThemeLoader(library, depth: .trueColor, name: name), directory)
    }

    private func write(_ text: String, _ name: String, in directory: TemporaryDirectory) throws {
        try text.write(toFile: "\(directory.path)/\(name).toml", atomically: false, encoding: .utf8)
    }

    /// Saves a file as editors do: writes a new file and renames it.
    private func replace(_ text: String, _ name: String, in directory: TemporaryDirectory) throws {
        try text.write(toFile: "\(directory.path)/\(name).new", atomically: false, encoding: .utf8)
        try #require(rename("\(directory.path)/\(name).new", "\(directory.path)/\(name).toml") == 0)
    }

    @Test
    func `an unchanged file is not loaded again`() throws {
        let (loader, directory) = try loader(["mine": "name = \"mine\"\nkey = 100\n"], name: "mine")
        #expect(try loader.reloadIfChanged() == nil)
        #expect(try loader.reloadIfChanged() == nil)
        try directory.remove()
    }

    @Test
    func `a file that is rewritten or renamed is loaded once, and a broken file fails once until it is corrected`() throws {
        let (loader, directory) = try loader(["mine": "name = \"mine\"\nkey = 100\n"], name: "mine")
        #expect(loader.first[.key].foreground == .indexed(100))
        try replace("name = \"mine\"\nkey = 101\n", "mine", in: directory)
        #expect(try loader.reloadIfChanged()?[.key].foreground == .indexed(101))
        #expect(try loader.reloadIfChanged() == nil)
        try write("name = \"mine\"\nkey = 12345\n", "mine", in: directory)
        #expect(throws: SettingsError.self) { try loader.reloadIfChanged() }
        #expect(try loader.reloadIfChanged() == nil)
        try replace("name = \"mine\"\nkey = 103\n", "mine", in: directory)
        #expect(try loader.reloadIfChanged()?[.key].foreground == .indexed(103))
        try directory.remove()
    }

    @Test
    func `a change of an inherited theme also reloads the theme, as soon as it inherits`() throws {
        let files = ["mine": "name = \"mine\"\nmuted = 50\n", "base": "name = \"base\"\nkey = 100\n"]
        let (loader, directory) = try loader(files, name: "mine")
        try replace("name = \"base\"\nkey = 101\n", "base", in: directory)
        #expect(try loader.reloadIfChanged() == nil, "not inherited yet")
        try replace("name = \"mine\"\ninherits = \"base\"\n", "mine", in: directory)
        #expect(try loader.reloadIfChanged()?[.key].foreground == .indexed(101))
        try replace("name = \"base\"\nkey = 102\n", "base", in: directory)
        #expect(try loader.reloadIfChanged()?[.key].foreground == .indexed(102))
        try directory.remove()
    }

    @Test
    func `a chosen theme is followed and a previewed one is not, and a file overrides a compiled-in theme`() throws {
        let (loader, directory) = try loader(["mine": "name = \"mine\"\n"], name: "default-dark")
        _ = try loader.preview("mine")
        try replace("name = \"mine\"\nkey = 101\n", "mine", in: directory)
        #expect(try loader.reloadIfChanged() == nil)
        try replace("name = \"default-dark\"\nkey = 101\n", "default-dark", in: directory)
        #expect(try loader.reloadIfChanged()?[.key].foreground == .indexed(101))
        _ = try loader.load("mine")
        try replace("name = \"mine\"\nkey = 104\n", "mine", in: directory)
        #expect(try loader.reloadIfChanged()?[.key].foreground == .indexed(104))
        try directory.remove()
    }
}
