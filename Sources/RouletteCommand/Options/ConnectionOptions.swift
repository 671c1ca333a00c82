public import ArgumentParser
import CommandSupport
public import ConsistentHashing
import Console
import Foundation
import Roulette
import Settings

/// The deployment of a command: a profile of the configuration, or servers on the command line.
struct ConnectionOptions: ParsableArguments {
    @Option(name: .long, help: .init("The configuration to read.", valueName: "file"), completion: .file(extensions: ["toml"]))
    var config: String?

    @Option(
        name: .long,
        help: .init("The profile to use instead of the default one.", valueName: "name"),
        completion: DeploymentCompletion.profiles
    )
    var profile: String?

    @Option(
        name: .long,
        help: .init(
            "The address of a cluster, instead of a profile: [NAME=]HOST[:PORT], nats://… or tls://…, without a login. Repeat it "
                + "for each cluster, in ring order. The servers of a cluster without a load balancer are separated by commas.",
            valueName: "server"
        )
    )
    var server: [String] = []

    @Option(
        name: .long,
        help: .init(
            "A context of the nats command line, instead of a profile: one cluster with its own login. May be repeated.",
            valueName: "name"
        ),
        completion: DeploymentCompletion.contexts
    )
    var context: [String] = []

    @OptionGroup var login: LoginOptions

    @OptionGroup var tls: TLSOptions

    @Option(name: .long, help: "How the ring names the clusters: by position or by name.")
    var naming: HashRing.Naming?

    @Option(
        name: .long,
        help: .init(
            "The prefix of reply topics, for accounts that may subscribe only to their own inbox.",
            valueName: "topic"
        )
    )
    var inboxPrefix: String?

    @Option(
        name: [.customLong("pool-size"), .customLong("pool")],
        help: .init("Connections to each cluster for publishing, and as many for subscribing.", valueName: "number")
    )
    var poolSize: Int?

    /// Whether none of these options is given.
    var isEmpty: Bool { config == nil && profile == nil && server.isEmpty && context.isEmpty && changesNothing }

    /// Whether no option that changes a deployment is given.
    private var changesNothing: Bool {
        naming == nil && inboxPrefix == nil && poolSize == nil && login.isEmpty && tls.isEmpty && !login.allowPlaintextCredentials
    }

    // MARK: Resolving

    /// Returns the deployment that these options select. Reads the configuration, and does not use the network.
    ///
    /// - Parameter environment: The process's environment.
    /// - Throws: `SettingsError` or ``CommandError``, all of kind usage.
    func resolve(environment: [String: String] = ProcessInfo.processInfo.environment) throws -> ResolvedDeployment {
        try login.requireNoSecrets()
        var deployment = try unchanged(environment: environment)
        deployment.path =
            config.map { PathArgument.expanded($0, environment: environment) }
            ?? (try? SettingsLocations(environment: environment))?.configurationFile
        deployment.isAsInFile = server.isEmpty && context.isEmpty && changesNothing
        if let poolSize {
            let sizes = RouletteConfiguration.poolSizes
            guard sizes.contains(poolSize) else {
                throw CommandError.usage("--pool-size is \(poolSize), use \(sizes.lowerBound) to \(sizes.upperBound)")
            }
            deployment.profile.poolSize = poolSize
        }
        if let naming {
            deployment.profile.naming = naming
            let unnamed = deployment.profile.servers.first { $0.name == nil }
            if naming == .name, let unnamed {
                let advice = server.isEmpty ? "add name = \"…\" to it in the profile" : "use --server NAME=\(unnamed.endpoint)"
                throw CommandError.usage("--naming name needs a name for \(unnamed.endpoint); \(advice)")
            }
        }
        if let inboxPrefix { try apply(inboxPrefix, to: &deployment.profile) }
        try login.apply(to: &deployment.profile, environment: environment)
        try tls.apply(to: &deployment.profile, environment: environment)
        return deployment
    }

    private func unchanged(environment: [String: String]) throws -> ResolvedDeployment {
        guard context.isEmpty else { return try ofContexts(environment: environment) }
        guard server.isEmpty else {
            guard config == nil, profile == nil else {
                throw CommandError.usage("--server replaces the profile; leave out --config and --profile")
            }
            return ResolvedDeployment(
                profile: try Profile(name: "command line", addresses: addresses(), naming: naming ?? .index)
            )
        }
        let path =
            try config.map { PathArgument.expanded($0, environment: environment) }
            ?? SettingsLocations(environment: environment).configurationFile
        let file: ConfigurationFile
        do {
            file = try ConfigurationFile.load(path: path, environment: environment, actions: BindableAction.console)
        } catch {
            guard error.code == .notFound, config == nil else { throw error }
            throw CommandError.usage(
                "there is no configuration at \(path) yet; try `roulette demo`, or name your clusters with --server HOST:PORT"
            )
        }
        return ResolvedDeployment(profile: try file.profile(named: profile, file: path), file: file)
    }

    /// Contexts are complete, so no other option may change a part of them.
    private func ofContexts(environment: [String: String]) throws -> ResolvedDeployment {
        guard config == nil, profile == nil, server.isEmpty else {
            throw CommandError.usage("--context replaces the profile; leave out --config, --profile and --server")
        }
        guard login.isEmpty, tls.isEmpty else {
            throw CommandError.usage(
                "--context has its own login and encryption; leave out \((login.given + tls.given).joined(separator: ", "))"
            )
        }
        var contexts: [NATSContext] = []
        for name in context { contexts.append(try NATSContext(name: name, environment: environment)) }
        return ResolvedDeployment(
            profile: try Profile(name: context.joined(separator: ", "), contexts: contexts, naming: naming ?? .index)
        )
    }

    private func apply(_ inboxPrefix: String, to profile: inout Profile) throws(CommandError) {
        do {
            try profile.setInboxPrefix(inboxPrefix)
        } catch {
            throw .usage("--inbox-prefix: \(error.problems.first?.message ?? "cannot be used")")
        }
    }

    private func addresses() throws(CommandError) -> [ClusterAddress] {
        var addresses: [ClusterAddress] = []
        for (index, text) in server.enumerated() {
            do {
                addresses.append(try ClusterAddress(parsing: text))
            } catch {
                // The text may contain a password, so the error gives only the number. A login is not accepted here, so the
                // error must not explain how to write one.
                let reason = error.code == .login ? Profile.loginInArgument : error.message
                throw .usage("--server number \(index + 1): \(reason)")
            }
        }
        return addresses
    }
}

/// A profile, and its configuration if it comes from one.
struct ResolvedDeployment: Sendable {
    var profile: Profile
    var file: ConfigurationFile?
    /// The path of the configuration, whether it exists or not; nil if there is none.
    var path: String?
    /// Whether the profile is that of the file, unchanged by options.
    var isAsInFile = false
}

extension HashRing.Naming: ExpressibleByArgument {}
