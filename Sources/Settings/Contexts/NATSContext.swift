public import ConsistentHashing
import Foundation
import TextCoding

/// A context of the `nats` command line (ADR-21): one cluster with its login and encryption.
///
/// `nats context add` writes it to `~/.config/nats/context/NAME.json`. A field that is not supported is an
/// error: without its proxy or its login, for example, the context would make a different connection.
public struct NATSContext: Sendable, Equatable {
    /// The maximum size of a context in bytes.
    private static let sizeLimit = 1 << 18

    /// The context's name, which becomes the name of the cluster.
    public let name: String
    /// The cluster. The first URL identifies it. All URLs are tried in a random order, as `nats` does.
    public let server: ProfileServer

    /// Reads a context.
    ///
    /// - Parameters:
    ///   - name: The name of the context, as `nats context ls` lists it.
    ///   - environment: The process's environment, for `XDG_CONFIG_HOME` and `HOME`.
    /// - Throws: ``SettingsError`` when the context does not exist, when it contains a secret and other users can read it, or
    ///   when it has an invalid or unsupported field.
    public init(name: String, environment: [String: String]) throws(SettingsError) {
        let directory = try SettingsLocations.contextDirectory(environment: environment)
        guard !name.isEmpty, !name.contains("/"), !name.contains("..") else {
            throw SettingsError(.unknownName, file: "--context", "\(quoted(name)) is not the name of a context")
        }
        let path = "\(directory)/\(name).json"
        let file: SettingsFile
        do {
            file = try SettingsFile.read(path, limit: Self.sizeLimit)
        } catch {
            guard error.code == .notFound else { throw error }
            let known = Self.names(in: directory)
            let reason = NearestName.unknown("context", name, known: known)
            throw SettingsError(.unknownName, file: path, "context \(quoted(name)): \(reason)")
        }
        let fields = try ContextFields(file)
        if fields.holdsSecrets { try file.requirePrivate(because: "it holds a password, a token or a key") }
        self.name = name
        server = try fields.server(named: name, environment: environment)
    }

    /// The names of all contexts, sorted. Empty if the directory of contexts does not exist.
    ///
    /// - Throws: ``SettingsError`` when neither `XDG_CONFIG_HOME` nor `HOME` is an absolute path.
    public static func names(environment: [String: String]) throws(SettingsError) -> [String] {
        names(in: try SettingsLocations.contextDirectory(environment: environment))
    }

    private static func names(in directory: String) -> [String] {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        return files.filter { $0.hasSuffix(".json") }.map { String($0.dropLast(5)) }.sorted()
    }
}

extension Profile {
    /// Creates a profile with one cluster for each context, in the given order.
    ///
    /// - Throws: ``SettingsError`` when no context is given, or two have the same name or address.
    public init(name: String, contexts: [NATSContext], naming: HashRing.Naming = .index) throws(SettingsError) {
        guard !contexts.isEmpty else { throw SettingsError(.invalid, file: "--context", "no context is given") }
        let servers = contexts.map(\.server)
        try ServerList.check(servers, naming: naming, option: "--context")
        self.init(name: name, servers: servers)
        library.naming = naming
    }
}
