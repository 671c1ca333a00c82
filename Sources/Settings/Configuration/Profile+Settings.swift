import NATS
import Roulette

extension Profile: SettingOwner {
    static let standard = Profile(name: "", servers: [])

    private static let wait: ClosedRange<Duration> = .milliseconds(1) ... .seconds(3600)

    /// Every setting of a profile but `servers`, in the order of the example.
    static let settings: [Setting<Profile>] = console + ring + connections + [.login, plaintextCredentials, .encryption]

    /// What only the console and the command know.
    private static let console: [Setting<Profile>] = [
        Setting(
            "environment",
            \.environment,
            .choice,
            "What the deployment is used for. The console shows it in its banner.",
            shown: .production
        ),
        Setting(
            "allow_publish",
            \.allowPublish,
            .boolean,
            "Whether messages may be published from here.",
            shown: false,
            absent: "false in \"prod\", true elsewhere"
        ),
        Setting(
            "theme",
            \.theme,
            .optional(.text),
            "The console's theme for this deployment, to see at a glance where you are.",
            shown: "high-contrast",
            absent: "the theme of all profiles"
        ),
        Setting(
            "watch",
            \.watch,
            .topicPatterns,
            "Topics that the console subscribes to on every cluster when it starts. To a server the console is then a service that "
                + "could answer: a request to such a topic waits for its timeout when no other service is there, instead of "
                + "failing at once.",
            shown: ["orders.>", "payments.*.settled"],
            absent: "none"
        ),
        Setting(
            "history",
            \.keepsHistory,
            .boolean,
            "Whether the console keeps what you typed and sent for its next run: commands, filters, topics, and whole messages "
                + "with their bodies. They are in ~/.local/state/roulette/history.json, which only you can read."
        ),
    ]

    /// Which cluster a topic belongs to, and what is done when that cluster is down.
    private static let ring: [Setting<Profile>] = [
        Setting(
            "naming",
            \.library.naming,
            .choice,
            "How the ring names the clusters: by their position in the list, as Roulette 1.0.5 does, or by their names. Every "
                + "program that shares the clusters must use the same naming, and with \"index\" the same order of servers."
        ),
        Setting(
            "role",
            \.library.role,
            .choice,
            "Whether the profile is used for publishing and subscribing, or for one of them. Connections are made only for that."
        ),
        Setting(
            "elixir_compatible_topics",
            \.library.elixirCompatibleTopics,
            .boolean,
            "Whether programs on Roulette 1.0.5 (Elixir) share the deployment. Such a program loses a connection with all its "
                + "subscriptions when it receives a topic that is not ASCII, so publishing to such a topic causes a warning.",
            shown: true
        ),
        Setting(
            "max_retry",
            \.library.maxRetry,
            .integer(0...1000),
            "How often one publish or subscribe is tried again while its cluster is down. Then it fails. Connections are "
                + "retried forever, with the same waits."
        ),
        Setting(
            "base_backoff",
            \.library.baseBackoff,
            .duration(wait),
            "The longest wait before the first retry. The wait doubles with every retry, and has a random part."
        ),
        Setting(
            "max_backoff",
            \.library.maxBackoff,
            .duration(wait),
            "The longest wait before any retry. It also bounds a longer base_backoff."
        ),
        Setting(
            "subscription_restart",
            \.library.subscriptionRestart,
            .choice,
            "What happens to a subscription when its connection is lost: \"temporary\" ends it, \"permanent\" subscribes again.",
            shown: .permanent
        ),
    ]

    /// How connections are made and kept.
    private static let connections: [Setting<Profile>] = [
        Setting(
            "pool_size",
            \.library.poolSize,
            .integer(RouletteConfiguration.poolSizes),
            "Connections to each cluster, for each of publishing and subscribing."
        ),
        Setting(
            "connection_timeout",
            \.library.connectionTimeout,
            .duration(.milliseconds(10) ... .seconds(600)),
            "The deadline for a connection, from the first TCP packet to the first PONG."
        ),
        Setting(
            "ping_interval",
            \.library.pingInterval,
            .duration(.milliseconds(100) ... .seconds(3600)),
            "The time between two PINGs on a connection."
        ),
        Setting(
            "max_ping_failure",
            \.library.maxPingFailure,
            .integer(1...100),
            "A connection is lost after so many ping intervals in a row without a byte from the server."
        ),
        Setting(
            "reconnect_jitter",
            \.library.reconnectJitter,
            .duration(.zero ... .seconds(3600)),
            "When a connection is lost, the first new attempt comes at a random moment within this time. A longer time keeps "
                + "thousands of clients of one server from reconnecting at once, but messages are missed meanwhile. 0: at once."
        ),
        Setting(
            "write_timeout",
            \.library.writeTimeout,
            .duration(.milliseconds(10) ... .seconds(600)),
            "A connection ends when its socket has not accepted waiting data for this long."
        ),
        Setting(
            "drain_timeout",
            \.library.drainTimeout,
            .duration(.milliseconds(10) ... .seconds(3600)),
            "How long an orderly shutdown may take: it sends and confirms what was accepted, and delivers what was received."
        ),
        Setting(
            "outbound_buffer_size",
            \.library.outboundBufferSize,
            .integer(4096...(1 << 30)),
            "The bytes that may wait for the socket of one connection. Above it publishing suspends."
        ),
        Setting(
            "use_discovered_servers",
            \.library.usesDiscoveredServers,
            .boolean,
            "Whether addresses that servers announce are tried when the configured ones do not answer. They bypass a load balancer."
        ),
        Setting(
            "move_on_lame_duck",
            \.library.movesOnLameDuck,
            .boolean,
            "Whether a connection moves to another server as soon as its own announces that it will stop (lame duck)."
        ),
        Setting(
            "move_overlap",
            \.library.moveOverlap,
            .duration(.zero ... .seconds(60)),
            "How long both servers deliver during such a move. A longer time is safer in slow clusters, but delivers more "
                + "messages twice."
        ),
        Setting(
            "inbox_prefix",
            \.library.inboxPrefix,
            .inboxPrefix,
            "What reply topics begin with, for accounts that may subscribe only to an inbox of their own. A server may have its "
                + "own prefix."
        ),
        Setting(
            "connection_name",
            \.connectionName,
            .optional(.text),
            "The name of the connections in the servers' monitoring.",
            inComment: "ops console",
            absent: "\"roulette console\" or \"roulette command\""
        ),
    ]

    private static let plaintextCredentials = Setting<Profile>(
        "allow_plaintext_credentials",
        \.library.allowsPlaintextCredentials,
        .boolean,
        "Whether the login may be sent without encryption, on a network of your own or through a tunnel. If it is false, a login "
            + "that leaves this machine in plain text causes a warning, and is not sent to an address that has offered TLS before."
    )
}
