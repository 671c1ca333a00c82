import Foundation
import Roulette
import RouletteNATS
import Testing

@testable import Settings

@Suite("Contexts of the nats command line")
struct NATSContextTests {
    private func context(_ json: String, mode: Int = 0o600) throws -> Result<NATSContext, SettingsError> {
        let directory = FileManager.default.temporaryDirectory.path + "/contexts-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try FileManager.default.createDirectory(atPath: directory + "/nats/context", withIntermediateDirectories: true)
        try write(json, to: directory + "/nats/context/east.json", mode: mode)
        return Result { () throws(SettingsError) in
            try NATSContext(name: "east", environment: ["XDG_CONFIG_HOME": directory, "HOME": "/home/u"])
        }
    }

    private func complaint(_ json: String, mode: Int = 0o600) throws -> String {
        switch try context(json, mode: mode) {
        case .success(let context): "no error: \(context)"
        case .failure(let error): error.problems.map { "\($0.key ?? ""): \($0.message)" }.joined(separator: "; ")
        }
    }

    @Test
    func `the fields that nats writes become a cluster of the context's name`() throws {
        let json = """
            {"description": "d", "url": "nats://a.example.org:4333, nats://b.example.org", "socks_proxy": "", "token": "",
             "user": "u", "password": "hunter2", "creds": "", "nkey": "", "cert": "/own.pem", "key": "~/own.key",
             "ca": "/ca.pem", "nsc": "", "jetstream_domain": "hub", "jetstream_api_prefix": "x", "inbox_prefix": "",
             "user_jwt": "", "color_scheme": "red", "tls_first": false, "windows_cert_store": "",
             "windows_ca_certs_match": null}
            """
        let server = try context(json).get().server
        #expect(server.name == "east")
        #expect(server.endpoint == "a.example.org:4333")
        #expect(server.seeds.map(\.description) == ["b.example.org:4222"], "all are tried in a random order")
        #expect(server.login == .user("u", password: "hunter2"))
        #expect(server.tls?.mode == .required)
        #expect(server.tls?.trustRoots == .file("/ca.pem"))
        #expect(server.tls?.clientCertificate == .init(chainFile: "/own.pem", keyFile: "/home/u/own.key"))
    }

    @Test
    func `every kind of login, and every way to require TLS`() throws {
        #expect(try context("{}").get().server.endpoint == "localhost:4222")
        #expect(try context("{}").get().server.tls?.mode == .automatic)
        #expect(try context(#"{"creds": "~/a.creds"}"#).get().server.login == .credentials(path: "/home/u/a.creds"))
        #expect(try context(#"{"nkey": "/a.nk"}"#).get().server.login == .nkey(path: "/a.nk"))
        #expect(try context(#"{"token": "t"}"#).get().server.login == .token("t"))
        #expect(try context(#"{"url": "nats://t@h"}"#).get().server.login == .token("t"))
        #expect(try context(#"{"user_jwt": "j", "user_seed": "s"}"#).get().server.login == .jwt("j", seed: "s"))
        // {"nats":{"bearer_token":true}}
        let bearer = "eyJ0eXAiOiJKV1QifQ.eyJuYXRzIjp7ImJlYXJlcl90b2tlbiI6dHJ1ZX19.c2ln"
        #expect(try context("{\"user_jwt\": \"\(bearer)\"}").get().server.login == .jwt(Secret(bearer), seed: nil))
        #expect(try complaint(#"{"user_jwt": "hunter2"}"#) == "user_jwt: a JWT needs the seed of its key, in user_seed")
        #expect(try context(#"{"url": "tls://h"}"#).get().server.tls?.mode == .required)
        #expect(try context(#"{"url": "tls://h", "tls_first": true}"#).get().server.tls?.mode == .first)
    }

    @Test
    func `errors name unsupported fields and files that other users can read, with advice`() throws {
        #expect(
            try complaint(#"{"socks_proxy": "socks5://p", "nsc": "nsc://o", "windows_ca_certs_match": ["x"], "new": true}"#)
                == "new: is an unknown field and cannot be honored, use another context or a profile; "
                + "nsc: logins are not looked up in nsc; create a file with \"nsc generate creds\" and name it in creds; "
                + "socks_proxy: connections through a proxy are not supported; connect directly, or through a tunnel such "
                + "as ssh -L; "
                + "windows_ca_certs_match: the certificate store of Windows is not supported; name a PEM file in ca"
        )
        for key in ["windows_cert_store", "windows_cert_match", "windows_cert_match_by"] {
            #expect(try complaint("{\"\(key)\": \"x\"}").hasPrefix("\(key): the certificate store of Windows"))
        }
        #expect(try complaint(#"{"cert": "/c"}"#) == "cert: cert and key must be set together")
        #expect(try complaint(#"{"inbox_prefix": "a.*"}"#).hasPrefix("inbox_prefix: an inbox prefix is a topic"))
        #expect(try complaint(#"{"url": "ws://h"}"#).hasPrefix("url: the scheme ws:// is not supported"))
        #expect(try complaint("[1]") == ": is not a JSON object")
        #expect(try complaint(#"{"token": "t"}"#, mode: 0o644).contains("run: chmod 600"))
        #expect(try complaint(#"{"url": "nats://u:p@h"}"#, mode: 0o644).contains("run: chmod 600"))
        #expect(try context(#"{"creds": "/c"}"#, mode: 0o644).get().server.login == .credentials(path: "/c"))
    }

    @Test(
        arguments: [
            (#"{"password": "hunter2"}"#, "password"),
            (#"{"password": "hunter2", "token": "hunter2"}"#, "password"),
            (#"{"password": "hunter2", "url": "nats://u@h"}"#, "password"),
            (#"{"password": "hunter2", "creds": "/c"}"#, "password"),
            (#"{"user_seed": "hunter2"}"#, "user_seed"),
            (#"{"user_seed": "hunter2", "nkey": "/a.nk"}"#, "user_seed"),
            (#"{"user_seed": "hunter2", "user": "u", "password": "p"}"#, "user_seed"),
            (#"{"user": "u:hunter2"}"#, "user"),
            (#"{"user": "u", "creds": "/c"}"#, "creds"),
            (#"{"user": "u", "password": "hunter2", "token": "hunter2"}"#, "token"),
            (#"{"url": "nats://u:hunter2@h", "user": "v"}"#, "user"),
            (#"{"url": "nats://u:hunter2@a,nats://b"}"#, "url"),
            (#"{"url": "nats://a,nats://hunter2@b"}"#, "url"),
            (#"{"url": "nats://u:hunter2@a,nats://u:hunter3@b"}"#, "url"),
            (#"{"url": "nats://u:hunter2@a,nats://u:hunter3@a"}"#, "url"),
            (#"{"url": "nats://a,nats://u:hunter3@a"}"#, "url"),
            (#"{"url": "nats://admin:hunter2,x@h"}"#, "url"),
            (#"{"url": "nats://admin:12,hunter2@h"}"#, "url"),
            (#"{"url": "nats://a,,nats://b"}"#, "url"),
            (#"{"url": "nats://a,ws://b"}"#, "url"),
            (#"{"url": "u:hunter2"}"#, "url"),
            (#"{"password": 0, "user": "u"}"#, "password"),
            (#"{"token": 12345}"#, "token"),
            (#"{"creds": ["/c"]}"#, "creds"),
            (#"{"nkey": {"path": "/a.nk"}}"#, "nkey"),
            (#"{"tls_first": 1}"#, "tls_first"),
            (#"{"tls_first": "true"}"#, "tls_first"),
            (#"{"Password": "hunter2"}"#, "Password"),
            (#"{"creds": "op://vault/hunter2"}"#, "creds"),
            (#"{"creds": "nsc://o/a/hunter2"}"#, "creds"),
            (#"{"nkey": "env://hunter2"}"#, "nkey"),
            (#"{"token": "env://hunter2"}"#, "token"),
            (#"{"user": "u", "password": "data:,hunter2"}"#, "password"),
            (#"{"ca": "file:///ca.pem"}"#, "ca"),
        ]
    )
    func `an incomplete login, two logins, a wrong type and a reference are errors`(
        json: String,
        key: String
    ) throws {
        let complaint = try complaint(json)
        #expect(complaint.hasPrefix("\(key): "), "\(complaint)")
        #expect(!complaint.contains("hunter"))
    }

    @Test(
        arguments: [
            ("nats://a,nats://b", NATSClientConfiguration.TLS.Mode.automatic), ("nats://a,tls://b", .required),
            ("tls://a,nats://b", .required), ("a,b,TLS://c", .required), ("NATS://a", .automatic),
        ]
    )
    func `one tls:// address makes all addresses require TLS`(urls: String, expected: NATSClientConfiguration.TLS.Mode)
        throws
    {
        let context = try context("{\"url\": \"\(urls)\"}").get()
        #expect(context.server.tls?.mode == expected)
        let configuration = try RouletteConfiguration(profile: Profile(name: "p", contexts: [context]))
        #expect(configuration.clusters[0].tls?.mode == expected)
        #expect(1 + configuration.clusters[0].seeds.count == urls.split(separator: ",").count)
    }

    @Test(arguments: ["nats://a,tls://a", "tls://a,nats://A:4222", "a,tls://b,a,b"])
    func `a duplicate address is tried once and keeps its tls://`(urls: String) throws {
        let server = try context("{\"url\": \"\(urls)\"}").get().server
        #expect(server.tls?.mode == .required && server.requiresTLS)
        #expect(server.host == "a" && server.seeds == (urls.contains("b") ? [.init(host: "b")] : []))
    }

    @Test
    func `a context may have one login in every URL, its own inbox, variables in paths, and fields that are not set`() throws {
        let server = try context(#"{"url": "nats://u:p@a, nats://u:p@b", "inbox_prefix": "_I.ops", "nsc": "", "x": null}"#)
            .get().server
        #expect(server.login == .user("u", password: "p"))
        #expect(server.seeds == [.init(host: "b", port: 4222)])
        let configuration = try RouletteConfiguration(
            profile: Profile(name: "p", contexts: [try context(#"{"inbox_prefix": "_I.ops"}"#).get()])
        )
        #expect(configuration.clusters[0].inboxPrefix == "_I.ops")
        #expect(
            try context(#"{"creds": "$HOME/${HOME}x/$NONE/a.creds"}"#).get().server.login
                == .credentials(path: "/home/u//home/ux//a.creds")
        )
        let unset = #"{"password": "", "user_seed": "", "tls_first": false, "creds": null, "windows_ca_certs_match": []}"#
        #expect(try context(unset).get().server.login == nil)
    }

    @Test
    func `the error for an unknown context names the nearest one, and a name with a slash is unknown`() throws {
        try withTemporaryDirectory { directory in
            try FileManager.default.createDirectory(atPath: directory + "/nats/context", withIntermediateDirectories: true)
            try write("{}", to: directory + "/nats/context/east.json")
            func complaint(_ name: String) -> [String] {
                problems { () throws(SettingsError) in
                    try NATSContext(name: name, environment: ["XDG_CONFIG_HOME": directory])
                }
            }
            #expect(complaint("eats")[0].hasSuffix("context \"eats\": unknown context, did you mean \"east\"?"))
            #expect(complaint("../east") == ["--context: \"../east\" is not the name of a context"])
        }
    }

    @Test
    func `several contexts are several clusters in their order, each with its own login`() throws {
        try withTemporaryDirectory { directory in
            let environment = ["XDG_CONFIG_HOME": directory]
            try FileManager.default.createDirectory(atPath: directory + "/nats/context", withIntermediateDirectories: true)
            try write(#"{"url": "b", "token": "tb"}"#, to: directory + "/nats/context/b.json")
            try write(#"{"url": "tls://a", "user": "u", "password": "p"}"#, to: directory + "/nats/context/a.json")
            let contexts = try ["b", "a"].map { try NATSContext(name: $0, environment: environment) }
            let configuration = try RouletteConfiguration(profile: Profile(name: "two", contexts: contexts))
            #expect(configuration.clusters.map(\.name) == ["b", "a"])
            #expect(try configuration.clusters[0].credentials?() == .token("tb"))
            #expect(try configuration.clusters[1].credentials?() == .userPassword(user: "u", password: "p"))
            #expect(configuration.clusters.map(\.tls?.mode) == [.automatic, .required])
            #expect(
                problems { () throws(SettingsError) in try Profile(name: "x", contexts: [contexts[0], contexts[0]]) }.count > 0
            )
        }
    }
}
