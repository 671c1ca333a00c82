import Roulette
import RouletteNATS
import Settings
import TerminalUI
import Testing

@testable import Console

@Suite("Switching profiles")
struct ProfileSwitchTests {
    private func model(watching watch: [String] = []) -> ConsoleModel {
        var profile = Fixtures.profile()
        profile.watch = watch
        var model = Fixtures.model(profile: profile)
        model.data.profileNames = ["demo", "staging", "production"]
        return model
    }

    @Test
    func `switching the profile asks about losses only after the profile was checked`() {
        var model = model(watching: [">"])
        _ = model.subscribe(SubscriptionRequest(pattern: ">", purpose: .watch))
        #expect(model.run("profile staging") == [.background(.checkProfile("staging"))])
        #expect(
            update(&model, .profileLoaded("staging")) == [.terminal(.switchProfile("staging"))],
            "a watch of the profile is not a loss"
        )
        _ = model.subscribe(SubscriptionRequest(pattern: "orders.eu"))
        #expect(update(&model, .profileLoaded("staging")).isEmpty)
        #expect(Screens.shows("1 subscription ends: orders.eu", model))
        var other = model
        #expect(other.press("n").isEmpty && other.prompt == nil)
        #expect(model.press("y") == [.terminal(.switchProfile("staging"))])
    }

    @Test
    func `a paused tail and an open form are losses`() {
        var model = Fixtures.busyModel(Size(width: 120, height: 36), view: .tail)
        model.data.subscriptions = []
        model.press("space")
        #expect(update(&model, .profileLoaded("staging")).isEmpty)
        #expect(Screens.shows("Tail is paused", model))
    }

    @Test
    func `names are completed, and listed if the name is missing`() {
        var model = model()
        model.press(":")
        model.type("profile st")
        model.press("tab")
        #expect(model.press("enter") == [.background(.checkProfile("staging"))])
        #expect(model.run("profile").isEmpty)
        #expect(model.notice?.text.plain == ":profile needs NAME; the profiles are demo, staging, production")
    }

    @Test(arguments: ScreenTests.sizes)
    func `the environment is in the header at every width, even with a long name of the profile`(_ size: Size) {
        var profile = Fixtures.profile(.production, allowPublish: false)
        profile.name = "a-very-long-name-of-a-profile-in-production"
        let model = Fixtures.model(size, profile: profile)
        #expect(Screens.lines(model)[0].contains("PROD read-only"))
        profile.environment = .staging
        #expect(Screens.lines(Fixtures.model(size, profile: profile))[0].contains("staging"))
    }
    @Test(
        arguments: [Size(width: 120, height: 36), Size(width: 80, height: 24), Size(width: 40, height: 12)]
    )
    func `unverified certificates and a login in plain text are shown in the header`(_ size: Size) {
        var profile = Fixtures.profile(.production, allowPublish: false)
        profile.name = "a-very-long-name-of-a-profile-in-production"
        #expect(!Screens.lines(Fixtures.model(size, profile: profile))[0].contains("UNVERIFIED"))
        profile.tls.verification = .none
        let model = Fixtures.model(size, profile: profile)
        for view: KeyAction in [.overview, .topics, .tail, .connections, .events] {
            var model = model
            _ = model.views.open(view)
            #expect(Screens.lines(model)[0].contains("UNVERIFIED"))
            #expect(!Screens.lines(model)[0].contains("PLAINTEXT"))
        }
        // Without TLS there is no warning. One unverified cluster is enough for a warning.
        profile.tls.mode = .disabled
        #expect(!Screens.lines(Fixtures.model(size, profile: profile))[0].contains("UNVERIFIED"))
        profile.servers[1].tls = NATSClientConfiguration.TLS()
        profile.servers[1].tls?.verification = .none
        #expect(Screens.lines(Fixtures.model(size, profile: profile))[0].contains("UNVERIFIED"))

        var exposed = Fixtures.model(size)
        var connection = ConnectionRow(id: .init(cluster: 0, role: .publisher, slot: 0))
        connection.state = .reconnecting
        connection.isLoginExposed = true
        exposed.data.clusters[0].connections = [connection]
        #expect(Screens.lines(exposed)[0].contains("PLAINTEXT"))
    }
}

@Suite("Profiles at run time", .timeLimit(.minutes(5)))
struct ProfileRuntimeTests {
    /// Two profiles on addresses where no server answers, and one that cannot be used.
    private struct Profiles: ProfileSource {
        func names() -> [String] { ["east", "west", "broken"] }

        func load(_ name: String) throws(ProfileError) -> LoadedProfile {
            guard name != "broken" else { throw ProfileError("config.toml:3: profiles.broken.port: 0 is out of range") }
            var profile = Profile(name: name, servers: [ProfileServer(name: name, host: "127.0.0.1", port: 1)])
            profile.watch = ["\(name).>"]
            profile.environment = name == "west" ? .staging : .development
            profile.theme = name == "west" ? "default-light" : nil
            do {
                let client = try RouletteClient(
                    configuration: RouletteConfiguration(clusters: [.init(name: name, host: "127.0.0.1", port: 1)])
                )
                let file = try ConfigurationFile.parse(
                    name == "west" ? "[keys]\nquit = \"Q\"\n" : "",
                    file: "test",
                    actions: BindableAction.console
                )
                return LoadedProfile(profile: profile, keyBindings: file.keyBindings, themeName: "default-dark", client: client)
            } catch {
                throw ProfileError("\(error)")
            }
        }
    }

    private func makeConsole(_ terminal: RecordingTerminal) throws -> ConsoleRuntime {
        let east = try Profiles().load("east")
        let configuration = ConsoleConfiguration(profile: east.profile, profiles: Profiles())
        return try ConsoleRuntime(client: east.client, configuration: configuration, terminal: terminal)
    }

    @Test
    func `banner, watches and keys change with the profile, the view stays, and switching back works`() async throws {
        let terminal = RecordingTerminal()
        let console = try makeConsole(terminal)
        async let run: Void = console.run()
        await terminal.waitFor("1 subscribed: east.>")
        terminal.press("3", ":")
        terminal.type("profile west")
        terminal.press("enter")
        await terminal.waitFor(" west staging ")
        terminal.press("7")
        terminal.press("3")
        await terminal.waitFor("1 subscribed: west.>")
        // The quit key of the old profile has no effect.
        terminal.press("q", ":")
        terminal.type("profile east")
        terminal.press("enter")
        await terminal.waitFor(" east dev ")
        terminal.press("q")
        await run
    }

    @Test
    func `a profile that cannot be used changes nothing and shows the reason`() async throws {
        let terminal = RecordingTerminal()
        let console = try makeConsole(terminal)
        async let run: Void = console.run()
        await terminal.waitFor("Clusters")
        terminal.press(":")
        terminal.type("profile broken")
        terminal.press("enter")
        await terminal.waitFor("error: config.toml:3: profiles.broken.port: 0 is out of range")
        await terminal.waitFor(" east dev ")
        terminal.press("q")
        await run
    }

    @Test
    func `the theme of a profile applies only to that profile`() throws {
        let console = try makeConsole(RecordingTerminal())
        let model = Fixtures.model()
        let west = try #require(console.runtime(onProfile: "west", after: model))
        #expect(west.themes.first.name == "default-light")
        let back = try #require(west.runtime(onProfile: "east", after: model))
        #expect(back.themes.first.name == "default-dark")
        var chosen = model
        _ = update(&chosen, .themeLoaded(Fixtures.theme(name: "default-light")))
        #expect(west.runtime(onProfile: "east", after: chosen)?.themes.first.name == "default-light", "the chosen theme stays")
    }
}
