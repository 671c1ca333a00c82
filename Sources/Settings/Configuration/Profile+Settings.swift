import Roulette
import RouletteNATS

extension Profile: SettingOwner {
    static let standard = Profile(name: "", servers: [])

    private static let wait: ClosedRange<Duration> = .milliseconds(1) ... .seconds(3600)

    /// Every setting of a profile except `servers`, in the order of the example.
    static let settings: [Setting<Profile>] =
        console + ring + connections + [.login, .systemLogin, plaintextCredentials, .encryption]

    /// Settings that only the console and the command use.
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
            "Whether the console and the command may publish messages.",
            shown: false,
            absent: "false in \"prod\", true elsewhere"
        ),
        Setting(
            "theme",
            \.theme,
            .optional(.text),
            "The console's theme for this deployment, which makes deployments easy to tell apart.",
            shown: "high-contrast",
            absent: "the theme of all profiles"
        ),
        Setting(
            "watch",
            \.watch,
            .topicPatterns,
            "Topics that the console subscribes to on every cluster when it starts. Servers count the console as a possible "
                + "responder: a request to such a topic that no service answers fails at its timeout, instead of at once.",
            shown: ["orders.>", "payments.*.settled"],
            absent: "none"
        ),
        Setting(
            "history",
            \.keepsHistory,
            .boolean,
            "Whether the console saves commands, filters, topics and sent messages with their bodies for the next run. They "
                + "are stored in ~/.local/state/roulette/history.json, which only you can read."
        ),
    ]

    /// How topics map to clusters, and what happens when a cluster is down.
    private static let ring: [Setting<Profile>] = [
        Setting(
            "naming",
            \.library.naming,
            .choice,
            "How the ring names the clusters: by position in the list, as in Roulette 1.0.5, or by name. All programs that "
                + "share the clusters must use the same naming and, with \"index\", the same order of servers."
        ),
        Setting(
            "role",
            \.library.role,
            .choice,
            "Whether the profile is used for publishing, for subscribing or for both. Only the connections for that role are "
                + "opened."
        ),
        Setting(
            "elixir_compatible_topics",
            \.library.elixirCompatibleTopics,
            .boolean,
            "Whether programs with Roulette 1.0.5 (Elixir) share the deployment. Such a program loses a connection and all "
                + "its subscriptions when it receives a topic that is not ASCII. If true, publishing to such a topic causes "
                + "a warning.",
            shown: true
        ),
        Setting(
            "max_retry",
            \.library.maxRetry,
            .integer(0...1000),
            "How many times a publish or subscribe is retried while its cluster is down, before it fails. Connections are "
                + "retried forever, with the same backoff."
        ),
        Setting(
            "base_backoff",
            \.library.baseBackoff,
            .duration(wait),
            "The longest wait before the first retry. The wait doubles with every retry and is partly random."
        ),
        Setting(
            "max_backoff",
            \.library.maxBackoff,
            .duration(wait),
            "The longest wait before any retry. It also limits base_backoff."
        ),
        Setting(
            "subscription_restart",
            \.library.subscriptionRestart,
            .choice,
            "What happens to a subscription when its connection is lost: \"temporary\" ends it, \"permanent\" subscribes again.",
            shown: .permanent
        ),
    ]

    /// How connections are established and maintained.
    private static let connections: [Setting<Profile>] = [
        Setting(
            "pool_size",
            \.library.poolSize,
            .integer(RouletteConfiguration.poolSizes),
            "The number of connections to each cluster, separately for publishing and subscribing."
        ),
        Setting(
            "connection_timeout",
            \.library.connectionTimeout,
            .duration(.milliseconds(10) ... .seconds(600)),
            "The time allowed to establish a connection, from the first TCP packet to the first PONG."
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
            "A connection counts as lost after this many consecutive ping intervals without a byte from the server."
        ),
        Setting(
            "canary",
            \.library.canaryInterval,
            .optional(.duration(RouletteConfiguration.canaryIntervals)),
            "The console publishes a small message to _roulette.canary.ID on every connection at this interval, and expects it on "
                + "every subscriber connection of the same cluster. This shows servers that do not pass messages on to each other. "
                + "It also publishes if allow_publish is false.",
            inComment: .seconds(5),
            absent: "none"
        ),
        Setting(
            "rebalance",
            \.library.rebalances,
            .boolean,
            "Connections move to servers that came back, one at a time and at most one a minute, so that all servers of a cluster "
                + "have about the same number again. No message is lost."
        ),
        Setting(
            "reconnect_jitter",
            \.library.reconnectJitter,
            .duration(.zero ... .seconds(3600)),
            "After a connection is lost, the first attempt to reconnect starts at a random moment within this time. A longer "
                + "time keeps thousands of clients from reconnecting at once, but more messages are missed. 0 reconnects at "
                + "once."
        ),
        Setting(
            "write_timeout",
            \.library.writeTimeout,
            .duration(.milliseconds(10) ... .seconds(600)),
            "A connection is closed when its socket has not accepted pending data for this long."
        ),
        Setting(
            "drain_timeout",
            \.library.drainTimeout,
            .duration(.milliseconds(10) ... .seconds(3600)),
            "How long a graceful shutdown may take. It sends and confirms accepted messages, and delivers received messages."
        ),
        Setting(
            "outbound_buffer_size",
            \.library.outboundBufferSize,
            .integer(4096...(1 << 30)),
            "The maximum number of bytes that wait for the socket of one connection. Above it, publishing suspends."
        ),
        Setting(
            "use_discovered_servers",
            \.library.usesDiscoveredServers,
            .boolean,
            "Whether addresses announced by servers are tried when the configured ones do not answer. They bypass a load "
                + "balancer."
        ),
        Setting(
            "move_on_lame_duck",
            \.library.movesOnLameDuck,
            .boolean,
            "Whether a connection moves to another server as soon as its current server announces a shutdown (lame duck "
                + "mode)."
        ),
        Setting(
            "move_overlap",
            \.library.moveOverlap,
            .duration(.zero ... .seconds(60)),
            "How long both servers deliver messages during such a move. A longer time is safer in slow clusters, but more "
                + "messages are delivered twice."
        ),
        Setting(
            "inbox_prefix",
            \.library.inboxPrefix,
            .inboxPrefix,
            "The prefix of reply topics, for accounts that may subscribe only to their own inbox. A server may have its own "
                + "prefix."
        ),
        Setting(
            "connection_name",
            \.connectionName,
            .optional(.text),
            "The name of the connections in the monitoring of the servers.",
            inComment: "ops console",
            absent: "\"roulette console\" or \"roulette command\""
        ),
    ]

    private static let plaintextCredentials = Setting<Profile>(
        "allow_plaintext_credentials",
        \.library.allowsPlaintextCredentials,
        .boolean,
        "Whether the login may be sent without encryption, for example on a private network or through a tunnel. If false, a "
            + "login that leaves this machine in plain text causes a warning, and it is never sent in plain text to an "
            + "address that has offered TLS before."
    )
}
