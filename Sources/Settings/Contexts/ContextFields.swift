import Foundation
import RouletteNATS

/// The fields of a context that are set, as `nats context add` writes them (jsm.go, `natscontext`).
///
/// Every field is either used, known to be irrelevant to a connection, or refused by name. An empty string or `false` means
/// that a field is not set.
struct ContextFields {
    /// Fields that are irrelevant to a connection, or concern only JetStream, which is not used here.
    private static let ignored: Set<String> = [
        "name", "description", "color_scheme", "jetstream_domain", "jetstream_api_prefix", "jetstream_event_prefix",
    ]
    private static let texts: Set<String> = [
        "url", "user", "password", "token", "creds", "nkey", "user_jwt", "user_seed", "ca", "cert", "key", "inbox_prefix",
    ]
    private static let paths: Set<String> = ["creds", "nkey", "ca", "cert", "key"]
    private static let flags: Set<String> = ["tls_first"]
    /// Fields that are not supported, with advice.
    private static let refused = [
        "socks_proxy": "connections through a proxy are not supported; connect directly, or through a tunnel such as ssh -L",
        "nsc": "logins are not looked up in nsc; create a file with \"nsc generate creds\" and name it in creds",
        "windows_cert_store": "the certificate store of Windows is not supported; name PEM files in cert and key",
        "windows_cert_match": "the certificate store of Windows is not supported; name PEM files in cert and key",
        "windows_cert_match_by": "the certificate store of Windows is not supported; name PEM files in cert and key",
        "windows_ca_certs_match": "the certificate store of Windows is not supported; name a PEM file in ca",
    ]
    /// The maximum number of servers of one cluster.
    private static let serverLimit = 64

    private let path: String
    private var texts: [String: String] = [:]
    private var flags: Set<String> = []

    init(_ file: SettingsFile) throws(SettingsError) {
        path = file.path
        guard
            let object = try? JSONSerialization.jsonObject(with: Data(file.bytes)) as? [String: Any]
        else {
            throw SettingsError(.syntax, file: file.path, "is not a JSON object")
        }
        var problems: [SettingsProblem] = []
        for (key, value) in object where !Self.isUnset(value) && !Self.ignored.contains(key) {
            if let text = value as? String, Self.texts.contains(key) {
                texts[key] = text
                guard Self.isReference(text), key != "url" else { continue }
                // Without this check, the reference itself would be used as the password.
                let instead = Self.paths.contains(key) ? "name a file" : "write the value itself, or name a file in creds or nkey"
                let message = "references to other places (env, op, nsc, data and the like) are not supported; \(instead)"
                problems.append(SettingsProblem(file: path, key: key, message: message))
            } else if (value as? NSNumber)?.isBoolean == true, Self.flags.contains(key) {
                flags.insert(key)
            } else {
                problems.append(SettingsProblem(file: path, key: key, message: Self.complaint(about: key)))
            }
        }
        guard problems.isEmpty else {
            throw SettingsError(.invalid, problems: problems.sorted { ($0.key ?? "") < ($1.key ?? "") })
        }
    }

    private static func isUnset(_ value: Any) -> Bool {
        switch value {
        case let text as String: text.isEmpty
        // A number is never valid, not even zero.
        case let number as NSNumber: number.isBoolean && !number.boolValue
        case is NSNull: true
        case let list as [Any]: list.isEmpty
        default: false
        }
    }

    /// Whether the text begins with a scheme, as `op://vault/item` does. Newer versions of nats look up such references.
    private static func isReference(_ text: String) -> Bool {
        if ["data:", "env:"].contains(where: text.lowercased().hasPrefix) { return true }
        guard let scheme = text.firstRange(of: "://") else { return false }
        let name = text[..<scheme.lowerBound]
        return name.first?.isLetter == true && name.utf8.allSatisfy(TOMLLocator.isBareKeyByte)
    }

    private static func complaint(about key: String) -> String {
        if texts.contains(key) { return "expected text in quotes" }
        if flags.contains(key) { return "expected true or false" }
        return refused[key] ?? "is an unknown field and cannot be honored, use another context or a profile"
    }

    var holdsSecrets: Bool {
        let isInURL = texts["url"]?.contains("@") ?? false
        return isInURL || ["password", "token", "user_seed", "user_jwt"].contains { texts[$0] != nil }
    }

    /// The cluster that the context describes.
    func server(named name: String, environment: [String: String]) throws(SettingsError) -> ProfileServer {
        func expanded(_ path: String?) -> String? {
            path.map { path in
                let path = SettingsLocations.replacingVariables(in: path, environment: environment)
                return SettingsLocations.expand(path, from: ".", environment: environment)
            }
        }
        let addresses = try addresses()
        let first = addresses[0]
        // As in nats, one tls:// address makes all of them require TLS.
        let requiresTLS = addresses.contains(where: \.requiresTLS)
        var server = ProfileServer(name: name, host: first.host, port: first.port, requiresTLS: requiresTLS)
        // A duplicate address is tried only once.
        var endpoints: Set = [first.endpoint.lowercased()]
        server.seeds = addresses.filter { endpoints.insert($0.endpoint.lowercased()).inserted }
            .map { .init(host: $0.host, port: $0.port) }
        server.login = try login(first.login, expanded)
        server.tls = try tls(requiring: requiresTLS, expanded)
        if let prefix = texts["inbox_prefix"] {
            guard InboxPrefix.isUsable(prefix) else { throw invalid("inbox_prefix", InboxPrefix.rule) }
            server.inboxPrefix = prefix
        }
        return server
    }

    private func invalid(_ key: String, _ message: String) -> SettingsError {
        SettingsError(.invalid, file: path, key: key, message)
    }
}

// MARK: - Addresses

extension ContextFields {
    /// The servers of the cluster, at least one, with the same login.
    private func addresses() throws(SettingsError) -> [ServerAddress] {
        let urls = (texts["url"] ?? "nats://localhost:4222").split(separator: ",", omittingEmptySubsequences: false)
        guard urls.count <= Self.serverLimit else { throw invalid("url", "names more than \(Self.serverLimit) servers") }
        var addresses: [ServerAddress] = []
        for (index, url) in urls.enumerated() {
            let place = urls.count > 1 ? "URL \(index + 1) of \(urls.count): " : ""
            do {
                let address = try ServerAddress(parsing: url.trimmingCharacters(in: .whitespaces))
                guard address.name == nil else { throw invalid("url", "\(place)remove the name before the URL") }
                addresses.append(address)
            } catch let error as ServerAddressError {
                let comma = urls.count > 1 && texts["url"]?.contains("@") == true ? "; write a comma in a login as %2C" : ""
                throw invalid("url", place + error.message + comma)
            } catch let error as SettingsError {
                throw error
            } catch {
                throw invalid("url", "cannot be read")
            }
        }
        // Sending the login of one URL to the other servers, or no login to some of them, would not match the context.
        guard addresses.allSatisfy({ $0.login == addresses[0].login }) else {
            throw invalid("url", "the URLs have different logins; use the same login in each, or set user, token, creds or nkey")
        }
        return addresses
    }
}

// MARK: - Security

extension ContextFields {
    private func login(
        _ inURL: Profile.Login?,
        _ expanded: (String?) -> String?
    ) throws(SettingsError) -> Profile.Login? {
        let (password, seed) = (texts["password"], texts["user_seed"])
        var logins: [(key: String, login: Profile.Login)] = []
        if let inURL { logins.append(("url", inURL)) }
        if let user = texts["user"] { logins.append(("user", .user(user, password: password.map { Secret($0) }))) }
        if let path = expanded(texts["creds"]) { logins.append(("creds", .credentials(path: path))) }
        if let path = expanded(texts["nkey"]) { logins.append(("nkey", .nkey(path: path))) }
        if let token = texts["token"] { logins.append(("token", .token(Secret(token)))) }
        if let jwt = texts["user_jwt"] {
            guard seed != nil || JWTClaims(Secret(jwt))?.isBearer == true else {
                throw invalid("user_jwt", "a JWT needs the seed of its key, in user_seed")
            }
            logins.append(("user_jwt", .jwt(Secret(jwt), seed: seed.map { Secret($0) })))
        }
        guard logins.count <= 1 else {
            let keys = logins.map(\.key).joined(separator: " and ")
            throw invalid(logins[1].key, "a context has one login, but \(keys) are set; remove all but one")
        }
        if password != nil, texts["user"] == nil {
            throw invalid("password", "a password needs a user, and without one the login would be anonymous; add user")
        }
        if seed != nil, texts["user_jwt"] == nil {
            throw invalid(
                "user_seed",
                "a seed needs the JWT of its user, in user_jwt; for an NKEY, put the seed in a file and name the file in nkey"
            )
        }
        if let user = texts["user"], password == nil, Profile.Login.isUserAndPassword(user) {
            throw invalid("user", "the user contains a colon; if a password follows the colon, move it to password")
        }
        return logins.first?.login
    }

    private func tls(
        requiring isRequired: Bool,
        _ expanded: (String?) -> String?
    ) throws(SettingsError) -> NATSClientConfiguration.TLS {
        var tls = NATSClientConfiguration.TLS()
        let (authorities, certificate, key) = (expanded(texts["ca"]), expanded(texts["cert"]), expanded(texts["key"]))
        if let authorities { tls.trustRoots = .file(authorities) }
        if let certificate, let key { tls.clientCertificate = .init(chainFile: certificate, keyFile: key) }
        guard (certificate == nil) == (key == nil) else {
            throw invalid(certificate == nil ? "key" : "cert", "cert and key must be set together")
        }
        if isRequired || authorities != nil || certificate != nil { tls.mode = .required }
        if flags.contains("tls_first") { tls.mode = .first }
        return tls
    }
}

extension NSNumber {
    /// Whether the value is true or false in JSON, rather than 1 or 0. Booleans have the type code of a C char.
    fileprivate var isBoolean: Bool { UInt8(bitPattern: objCType.pointee) == UInt8(ascii: "c") }
}
