import Foundation
import Testing

@testable import Settings

@Suite("Locations and permissions of files")
struct FilesTests {
    @Test
    func `XDG variables take precedence over HOME, and relative paths are ignored`() throws {
        let plain = try SettingsLocations(environment: ["HOME": "/home/u/", "XDG_STATE_HOME": "state"])
        #expect(plain.configurationFile == "/home/u/.config/roulette/config.toml")
        #expect(plain.stateDirectory == "/home/u/.local/state/roulette")
        #expect(plain.themeDirectories == ["/home/u/.config/roulette/themes"])

        let chosen = try SettingsLocations(
            environment: ["XDG_CONFIG_HOME": "/c", "XDG_STATE_HOME": "/s"],
            executable: "/opt/bin/roulette"
        )
        #expect(chosen.configurationFile == "/c/roulette/config.toml")
        #expect(chosen.stateDirectory == "/s/roulette")
        #expect(
            chosen.themeDirectories == ["/c/roulette/themes", "/opt/bin/themes", "/opt/bin/../share/roulette/themes"]
        )
        #expect(
            problems { () throws(SettingsError) in try SettingsLocations(environment: [:]) }
                == ["XDG_CONFIG_HOME: neither XDG_CONFIG_HOME nor HOME is an absolute path, set HOME"]
        )
    }

    @Test(
        arguments: [("~/a", "/h/a"), ("~", "/h"), ("/a", "/a"), ("a/b", "/etc/r/a/b"), ("~u/a", "~u/a")]
    )
    func `paths in a configuration`(path: String, expected: String) {
        #expect(SettingsLocations.expand(path, from: "/etc/r", environment: ["HOME": "/h"]) == expected)
    }

    @Test
    func `a configuration with a secret that others can read is refused, with the chmod to run`() throws {
        try withTemporaryDirectory { directory in
            let path = directory + "/config.toml"
            let secret = "[profiles.p]\nservers = [\"a\"]\ntoken = \"hunter2\"\n"
            // A file of root may be readable by its group. `FilePrivacyTests` covers the other users.
            for bits in [0o644, 0o620, 0o604] + (geteuid() == 0 ? [] : [0o640]) {
                try write(secret, to: path, mode: bits)
                #expect(
                    problems { () throws(SettingsError) in try ConfigurationFile.load(path: path, environment: [:], actions: []) }
                        == ["\(path): others can read it, but it holds a password or a token; run: chmod 600 \(path)"]
                )
            }
            try write(secret, to: path, mode: 0o600)
            #expect(try ConfigurationFile.load(path: path, environment: [:], actions: []).holdsSecrets)
            try write("[profiles.p]\nservers = [\"a\"]\nuser = \"u\"\n", to: path, mode: 0o644)
            #expect(try ConfigurationFile.load(path: path, environment: [:], actions: []).profiles.count == 1)
        }
    }

    @Test
    func `a credentials path starts from the configuration's directory, and the file must be private`() throws {
        try withTemporaryDirectory { directory in
            let path = directory + "/config.toml"
            try write("[profiles.p]\nservers = [\"a\"]\ncredentials = \"it's.creds\"\n", to: path, mode: 0o644)
            let profile = try ConfigurationFile.load(path: path, environment: [:], actions: []).profile()
            let credentials = directory + "/it's.creds"
            #expect(profile.login == .credentials(path: credentials))

            try write("secret", to: credentials, mode: 0o644)
            #expect(
                problems { () throws(SettingsError) in try SettingsFile.readPrivate(credentials) }[0]
                    .hasSuffix(", but it holds a key or a password; run: chmod 600 '\(directory)/it'\\''s.creds'")
            )
            try write("secret", to: credentials, mode: 0o400)
            #expect(try SettingsFile.readPrivate(credentials).bytes == Array("secret".utf8))
        }
    }

    @Test
    func `the error for a file that is not readable text says why`() throws {
        try withTemporaryDirectory { directory in
            let path = directory + "/c.toml"
            func load() -> [String] {
                problems { () throws(SettingsError) in try ConfigurationFile.load(path: path, environment: [:], actions: []) }
            }
            #expect(load() == ["\(path): does not exist"])
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
            #expect(load() == ["\(path): is not a regular file"])
            try FileManager.default.removeItem(atPath: path)
            #expect(mkfifo(path, 0o600) == 0)
            #expect(load() == ["\(path): is not a regular file"])
            try FileManager.default.removeItem(atPath: path)
            try Data([0x61, 0xFF]).write(to: URL(fileURLWithPath: path))
            #expect(load() == ["\(path): is not UTF-8 text, save it as UTF-8"])
            try Data(count: TOMLDocument.sizeLimit + 1).write(to: URL(fileURLWithPath: path))
            #expect(load() == ["\(path): is longer than 262144 bytes"])
        }
    }

    @Test
    func `state is private to its owner and written atomically`() throws {
        try withTemporaryDirectory { directory in
            let path = directory + "/a/b/roulette"
            let state = try StateDirectory(creating: path)
            #expect(try mode(of: path) == 0o700)
            #expect(try mode(of: directory + "/a") == 0o700)
            #expect(try state.read("history", limit: 100) == nil)
            try state.write(Array("one".utf8), to: "history")
            try state.write(Array("two".utf8), to: "history")
            #expect(try state.read("history", limit: 100) == Array("two".utf8))
            #expect(try mode(of: path + "/history") == 0o600)
            #expect(try FileManager.default.contentsOfDirectory(atPath: path) == ["history"])
            #expect(
                problems { () throws(SettingsError) in try state.write([], to: "../x") }
                    == ["\(path): \"../x\" is not a file name"]
            )
            #expect(try StateDirectory(creating: path) == state)

            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
            #expect(
                problems { () throws(SettingsError) in try StateDirectory(creating: path) }
                    == ["\(path): others can read it, but it contains the history; run: chmod 700 \(path)"]
            )
        }
    }

    @Test
    func `a state directory may be a symbolic link to a private directory`() throws {
        try withTemporaryDirectory { directory in
            let (target, link) = (directory + "/elsewhere", directory + "/roulette")
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: target)
            #expect(
                problems { () throws(SettingsError) in try StateDirectory(creating: link) }
                    == ["\(link): is a symbolic link whose target does not exist, create that directory"]
            )
            try FileManager.default.createDirectory(
                atPath: target,
                withIntermediateDirectories: false,
                attributes: [.posixPermissions: 0o700]
            )
            let state = try StateDirectory(creating: link)
            try state.write(Array("one".utf8), to: "history")
            #expect(try state.read("history", limit: 100) == Array("one".utf8))
            #expect(try FileManager.default.contentsOfDirectory(atPath: target) == ["history"])

            try FileManager.default.setAttributes([.posixPermissions: 0o750], ofItemAtPath: target)
            #expect(
                problems { () throws(SettingsError) in try StateDirectory(creating: link) }
                    == ["\(link): others can read it, but it contains the history; run: chmod 700 \(link)"]
            )
        }
    }

    @Test
    func `the error for an unusable state directory says why`() throws {
        try withTemporaryDirectory { directory in
            let path = directory + "/file"
            try write("", to: path)
            #expect(
                problems { () throws(SettingsError) in try StateDirectory(creating: path) }
                    == ["\(path): is not a directory, move it away"]
            )
            #expect(
                problems { () throws(SettingsError) in try StateDirectory(creating: path + "/below") }
                    == ["\(path)/below: cannot be created: Not a directory"]
            )
        }
    }
}
