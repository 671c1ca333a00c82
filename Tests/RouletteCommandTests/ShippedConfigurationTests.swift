import Console
import Foundation
import Settings
import TestSupport
import Testing

@Suite("The configurations in config")
struct ShippedConfigurationTests {
    @Test(arguments: ["example.toml", "demo.toml"])
    func `the shipped examples are valid`(name: String) throws {
        let configuration = try ConfigurationFile.parse(try shipped(name), file: name, actions: BindableAction.console)
        #expect(try configuration.profile().servers.map(\.name) == ["alpha", "beta", "gamma"])
        #expect(configuration.keyBindings.isEmpty)
    }

    @Test
    func `the shipped example is the generated one`() throws {
        let text = ConfigurationExample.text(actions: BindableAction.console)
        let differences = try GeneratedFile("config/example.toml").differences(from: text)
        #expect(differences.isEmpty, "run UPDATE_DOCUMENTATION=1 swift test")
    }

    @Test
    func `the example names every key and every action`() throws {
        let text = try shipped("example.toml")
        let configuration = try ConfigurationFile.parse(text, file: "example.toml", actions: BindableAction.console)
        let shown = configuration.redactedDescription()
        let settings = shown.split(separator: "\n").compactMap { $0.split(separator: " ").first }.filter { !$0.hasPrefix("[") }
        let keys = Set(settings.map(String.init)).union(["user", "password", "token"]).union(BindableAction.console.map(\.name))
        for key in keys.sorted() {
            #expect(text.split(separator: "\n").contains { $0.hasPrefix("\(key) = ") || $0.hasPrefix("# \(key) = ") }, "\(key)")
        }
    }

    private func shipped(_ name: String) throws -> String {
        try String(contentsOf: Checkout.root.appending(path: "config/\(name)"), encoding: .utf8)
    }
}
