import ArgumentParser
import Foundation
import NATS
import Settings
import Testing

@testable import RouletteCommand

@Suite("Options of logins and encryption")
struct ConnectionOptionsTests {
    private func resolve(_ arguments: String..., environment: [String: String] = [:]) throws -> Profile {
        try ConnectionOptions.parse(["--server", "h"] + arguments).resolve(environment: environment).profile
    }

    private func complaint(_ body: () throws -> Any) -> String {
        do {
            return "no error: \(try body())"
        } catch {
            return "\(error)"
        }
    }

    @Test("each login option takes the place of the profile's login")
    func logins() throws {
        #expect(try resolve("--user", "u").login == .user("u", password: nil))
        #expect(try resolve("--creds", "/a.creds").login == .credentials(path: "/a.creds"))
        #expect(try resolve("--nkey", "/a.nk").login == .nkey(path: "/a.nk"))
        #expect(complaint { try resolve("--user", "u", "--nkey", "k") }.hasPrefix("--user and --nkey exclude each other"))
        #expect(
            complaint { try ConnectionOptions.parse(["--server", "nats://t@h", "--creds", "c"]).resolve(environment: [:]) }
                .hasPrefix("--creds and a login in --server exclude each other")
        )
    }

    @Test("any TLS option means that connections are encrypted")
    func tls() throws {
        #expect(try resolve().tls == NATSClientConfiguration.TLS())
        let tls = try resolve("--tls-ca", "/ca", "--tls-cert", "/c", "--tls-key", "/k").tls
        #expect(tls.mode == .required)
        #expect(tls.trustRoots == .file("/ca"))
        #expect(tls.clientCertificate == .init(chainFile: "/c", keyFile: "/k"))
        #expect(tls.verification == .full)
        #expect(try resolve("--tls-first").tls.mode == .first)
        let blind = try resolve("--insecure-skip-tls-verify")
        #expect(blind.tls.verification == .none)
        #expect(blind.tls.mode == .required)
        #expect(blind.skipsVerification)
        #expect(complaint { try resolve("--tls-cert", "/c") } == "--tls-cert needs --tls-key, the file of its private key")
        #expect(complaint { try resolve("--tls-key", "/c") } == "--tls-key needs --tls-cert, the file of its certificate")
    }

    @Test("contexts are clusters in the order given, with logins of their own, and exclude all that they bring")
    func contexts() throws {
        let directory = FileManager.default.temporaryDirectory.path + "/contexts-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try FileManager.default.createDirectory(atPath: directory + "/nats/context", withIntermediateDirectories: true)
        for (name, json) in [("west", #"{"url": "nats://w:1", "user": "u"}"#), ("east", #"{"url": "tls://e"}"#)] {
            try Data(json.utf8).write(to: URL(fileURLWithPath: "\(directory)/nats/context/\(name).json"))
        }
        let environment = ["XDG_CONFIG_HOME": directory, "ROULETTE_PASSWORD": "p"]
        func resolve(_ arguments: String...) throws -> Profile {
            try ConnectionOptions.parse(arguments).resolve(environment: environment).profile
        }
        var profile = try resolve("--context", "west", "--context", "east")
        #expect(profile.servers.map(\.label) == ["west", "east"])
        try profile.completeLogin(environment: environment)
        #expect(profile.servers[0].login == .user("u", password: "p"))
        #expect(profile.servers[1].login == nil)
        #expect(try resolve("--context", "east", "--naming", "name").naming == .name)
        for option in [["--server", "h"], ["--profile", "p"], ["--creds", "c"], ["--tls-first"]] {
            let message = complaint {
                try ConnectionOptions.parse(["--context", "east"] + option).resolve(environment: environment)
            }
            #expect(message.contains("leave out"))
        }
    }
}
