public import ConsistentHashing
import Foundation

/// A context of the `nats` command line (ADR-21): one cluster with its login and encryption.
///
/// `nats context add` writes it to `~/.config/nats/context/NAME.json`. A field that is not supported is an error
/// that names it: without its proxy or its login, the context would connect to something else.
public struct NATSContext: Sendable, Equatable {
    /// The most bytes a context may have.
    private static let sizeLimit = 1 << 18

    /// The context's name, which becomes the name of the cluster.
    public let name: String
    /// The cluster. The first URL is its address, and the others are tried in turn.
    public let server: ProfileServer

    /// Reads a context.
    ///
    /// - Parameters:
    ///   - name: Its name, as `nats context ls` lists it.
    ///   - environment: The process's environment, for `XDG_CONFIG_HOME` and `HOME`.
    /// - Throws: ``SettingsError`` when there is no context of that name, when it holds a secret and others can read it, or when
    ///   it cannot be used as it is.
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
        self.server = try fields.server(named: name, environment: environment)
    }

    /// The names of all contexts, sorted. Without a directory of contexts there are none.
    ///
    /// - Throws: ``SettingsError`` when the environment does not say where to look.
    public static func names(environment: [String: String]) throws(SettingsError) -> [String] {
        names(in: try SettingsLocations.contextDirectory(environment: environment))
    }

    private static func names(in directory: String) -> [String] {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        return files.filter { $0.hasSuffix(".json") }.map { String($0.dropLast(5)) }.sorted()
    }
}

extension Profile {
    /// Makes a profile of contexts, one cluster each, in this order.
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
