import Foundation
import NATS

/// A context of the `nats` command line (ADR-21): one cluster with its login and encryption.
///
/// `nats context add` writes it to `~/.config/nats/context/NAME.json`. A field that cannot be honored here is an error
/// that names it: to leave out a proxy or a login silently would connect to something else than the context says.
public struct NATSContext: Sendable, Hashable {
    /// The most bytes a context may have.
    private static let sizeLimit = 1 << 18

    /// The context's name, which becomes the name of the cluster.
    public let name: String
    /// The cluster. Of several URLs it has the first: they are servers of one cluster, which one address stands for here.
    public let server: ProfileServer

    /// Reads a context.
    ///
    /// - Parameters:
    ///   - name: Its name, as `nats context ls` lists it.
    ///   - environment: The process's environment, for `XDG_CONFIG_HOME` and `HOME`.
    /// - Throws: ``SettingsError`` when there is none of that name, when it holds a secret and others can read it, or when
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
        var fields = try ContextFields(file)
        if fields.holdsSecrets { try file.requirePrivate(because: "it holds a password, a token or a key") }
        self.name = name
        self.server = try fields.server(named: name, environment: environment)
    }

    /// The names of the contexts there are, sorted; none if there is no such directory.
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
    /// - Throws: ``SettingsError`` when there is none, or two have one name or address.
    public init(name: String, contexts: [NATSContext], naming: Naming = .index) throws(SettingsError) {
        guard !contexts.isEmpty else { throw SettingsError(.invalid, file: "--context", "no context is given") }
        let servers = contexts.map(\.server)
        try ServerList.check(servers, naming: naming, option: "--context")
        self.init(name: name, servers: servers)
        self.naming = naming
    }
}

/// The fields of a context that are set.
private struct ContextFields {
    /// Fields that say nothing about how to connect, or only about JetStream, which is not used here.
    private static let ignored: Set<String> = [
        "name", "description", "color_scheme", "jetstream_domain", "jetstream_api_prefix", "jetstream_event_prefix",
    ]

    private let path: String
    private var texts: [String: String] = [:]
    private var flags: Set<String> = []
    private var unusable: [String] = []

    init(_ file: SettingsFile) throws(SettingsError) {
        path = file.path
        guard
            let object = try? JSONSerialization.jsonObject(with: Data(file.bytes)) as? [String: Any]
        else {
            throw SettingsError(.syntax, file: file.path, "is not a JSON object")
        }
        for (key, value) in object {
            switch value {
            case let text as String:
                if !text.isEmpty { texts[key] = text }
            case let number as NSNumber:
                if number.boolValue { flags.insert(key) }
            case is NSNull:
                break
            case let list as [Any]:
                if !list.isEmpty { unusable.append(key) }
            default:
                unusable.append(key)
            }
        }
    }

    var holdsSecrets: Bool {
        let isInURL = texts["url"]?.contains("@") ?? false
        return isInURL || ["password", "token", "user_seed", "user_jwt"].contains { texts[$0] != nil }
    }

    mutating func server(named name: String, environment: [String: String]) throws(SettingsError) -> ProfileServer {
        func expanded(_ path: String?) -> String? {
            path.map { SettingsLocations.expand($0, from: ".", environment: environment) }
        }
        let address = try address(take("url") ?? "nats://localhost:4222")
        let login = try login(address, expanded)
        let tls = try tls(requiring: address.requiresTLS, expanded)

        // What nobody asked for.
        let rest = (texts.keys.map(\.self) + flags + unusable).filter { !Self.ignored.contains($0) }.sorted()
        guard rest.isEmpty else {
            throw SettingsError(
                .invalid,
                problems: rest.map {
                    SettingsProblem(file: path, key: $0, message: "cannot be honored here, use another context or --server")
                }
            )
        }
        var server = ProfileServer(name: name, host: address.host, port: address.port, requiresTLS: address.requiresTLS)
        server.login = login
        server.tls = tls
        return server
    }

    private mutating func take(_ key: String) -> String? { texts.removeValue(forKey: key) }

    private func address(_ urls: String) throws(SettingsError) -> ServerAddress {
        let first = urls.split(separator: ",").first.map(String.init) ?? ""
        do {
            return try ServerAddress(parsing: first.trimmingCharacters(in: .whitespaces))
        } catch {
            throw SettingsError(.invalid, file: path, key: "url", error.message)
        }
    }

    private mutating func login(
        _ address: ServerAddress,
        _ expanded: (String?) -> String?
    ) throws(SettingsError) -> Profile.Login? {
        let (password, seed) = (take("password"), take("user_seed"))
        var logins: [(key: String, login: Profile.Login)] = []
        if let login = address.login { logins.append(("url", Profile.Login(login))) }
        if let user = take("user") { logins.append(("user", .user(user, password: password.map { Secret($0) }))) }
        if let path = expanded(take("creds")) { logins.append(("creds", .credentials(path: path))) }
        if let path = expanded(take("nkey")) { logins.append(("nkey", .nkey(path: path))) }
        if let token = take("token") { logins.append(("token", .token(Secret(token)))) }
        if let jwt = take("user_jwt") {
            guard seed != nil || JWTClaims(Secret(jwt))?.isBearer == true else {
                throw SettingsError(
                    .invalid,
                    file: path,
                    key: "user_jwt",
                    "a JWT needs the seed of its key, in user_seed"
                )
            }
            logins.append(("user_jwt", .jwt(Secret(jwt), seed: seed.map { Secret($0) })))
        }
        guard logins.count <= 1 else {
            let keys = logins.map(\.key).joined(separator: " and ")
            throw SettingsError(.invalid, file: path, key: logins[1].key, "a context has one login, but \(keys) are set")
        }
        return logins.first?.login
    }

    private mutating func tls(
        requiring isRequired: Bool,
        _ expanded: (String?) -> String?
    ) throws(SettingsError) -> NATSClientConfiguration.TLS {
        var tls = NATSClientConfiguration.TLS()
        let (authorities, certificate, key) = (expanded(take("ca")), expanded(take("cert")), expanded(take("key")))
        if let authorities { tls.trustRoots = .file(authorities) }
        if let certificate, let key { tls.clientCertificate = .init(chainFile: certificate, keyFile: key) }
        guard (certificate == nil) == (key == nil) else {
            throw SettingsError(.invalid, file: path, key: certificate == nil ? "key" : "cert", "cert and key need each other")
        }
        if isRequired || authorities != nil || certificate != nil { tls.mode = .required }
        if flags.remove("tls_first") != nil { tls.mode = .first }
        return tls
    }
}
