import NIOCore
import Testing

@testable import RouletteNATS

@Suite("TLS settings and names")
struct TLSSettingsTests {
    @Test(
        arguments: [
            ("a.example.org", true), ("A.Example.ORG", true), ("a.example.org.", true), ("b.example.org", false),
            ("example.org", false), ("x.wild.org", true), ("x.y.wild.org", false), ("wild.org", false), (".wild.org", false),
            ("part.org", false), ("127.0.0.1", true), ("127.0.0.2", false), ("::1", true), ("0:0:0:0:0:0:0:1", true),
            ("fe80::1%eth0", true), ("::2", false), ("anything.com", false), ("127.0.0.1.example.org", false), ("", false),
        ]
    )
    func `a certificate is valid only for the names and addresses it lists`(host: String, matches: Bool) {
        let names = CertificateNames(
            hosts: ["a.example.org", "*.wild.org", "*.com", "*", "p*.org", "a.*.org"],
            addresses: [
                [127, 0, 0, 1], [UInt8](repeating: 0, count: 15) + [1], [0xFE, 0x80] + [UInt8](repeating: 0, count: 13) + [1],
            ]
        )
        #expect(names.match(host) == matches)
    }

    @Test
    func `an error lists only a few names, escaped`() {
        #expect(CertificateNames().description == "no host at all")
        #expect(CertificateNames(hosts: ["a\u{1B}[2J"], addresses: [[10, 0, 0, 1]]).description == "a\\x1B[2J, 10.0.0.1")
        #expect(CertificateNames(hosts: ["a", "b", "c", "d", "e"]).description == "a, b, c, d, …")
    }

    @Test(
        arguments: [
            ("127.0.0.1", true), ("127.8.8.8", true), ("::1", true), ("::ffff:127.0.0.1", true), ("10.0.0.1", false),
            ("::2", false), ("::ffff:10.0.0.1", false), ("1::1", false), ("128.0.0.1", false),
        ]
    )
    func `plain text credentials cause no warning on loopback addresses`(address: String, isLoopback: Bool) throws {
        #expect(try SocketAddress(ipAddress: address, port: 4222).isLoopback == isLoopback)
    }

    @Test
    func `invalid settings are refused before connecting`() {
        let cases: [(NATSClientConfiguration.TLS, String)] = [
            (.with { $0.serverName = "" }, "server name is empty"),
            (.with { $0.serverName = "a b" }, "not a host name"),
            (.with { $0.serverName = "10.0.0.1" }, "is an IP address"),
            (.with { $0.clientCertificate = .init(chainFile: "", keyFile: "k") }, "file of its chain"),
            (.with { $0.clientCertificate = .init(chainFile: "c", keyFile: "") }, "file of its key"),
            (.with { $0.trustRoots = .file("") }, "path of the trusted authorities"),
            (.with { $0.trustRoots = .pem([]) }, "PEM text"),
        ]
        for (tls, complaint) in cases {
            var configuration = NATSClientConfiguration(address: .init(host: "a"))
            configuration.tls = tls
            let error = #expect(throws: NATSError.self) { try configuration.validate() }
            #expect(error?.code == .configuration)
            #expect(error?.message.contains(complaint) == true)
        }
    }

    @Test
    func `a missing file and a file without a certificate are named in the error`() {
        for (tls, complaint) in [
            (NATSClientConfiguration.TLS.with { $0.trustRoots = .file("/nowhere.pem") }, "/nowhere.pem: does not exist"),
            (.with { $0.trustRoots = .pem(Array("no PEM".utf8)) }, "the PEM text of the authorities: is not a certificate"),
            (.with { $0.clientCertificate = .init(chainFile: "/no.pem", keyFile: "/no.key") }, "/no.pem: does not exist"),
        ] {
            let error = #expect(throws: NATSError.self) { try tls.makeContext() }
            #expect(error?.message.hasPrefix(complaint) == true)
        }
    }
}

extension NATSClientConfiguration.TLS {
    fileprivate static func with(_ change: (inout Self) -> Void) -> Self {
        var tls = Self()
        change(&tls)
        return tls
    }
}
