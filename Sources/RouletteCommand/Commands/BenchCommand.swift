import ArgumentParser

/// `roulette bench`: measures the library on this machine against the user's servers.
struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measure publishing, receiving, round trips, the ring and memory.",
        discussion: """
            With --json one object per line: mode, msgs, seconds, msgs_per_s, cpu_ns_per_msg (user and system time of this
            process), p50_us, p99_us (null if single messages are not timed), and the fields of the mode.

            The topic is bench, or with --topics K the topics are bench.0, bench.1 …, which the ring spreads over the clusters.

            Examples:
              roulette bench pub --count 5000000 --size 128 --server 127.0.0.1:4222
              roulette bench sub --count 5000000 --flood --server 127.0.0.1:4222
              roulette bench ring --count 1000000 --clusters 16
            """,
        subcommands: [
            BenchPublishCommand.self, BenchReceiveCommand.self, BenchRoundTripCommand.self, BenchRequestCommand.self,
            BenchRingCommand.self, BenchIdleCommand.self, BenchSoakCommand.self,
        ]
    )
}

/// How often a benchmark repeats its operation.
struct BenchCount: ParsableArguments {
    @Option(name: .long, help: .init("The number of messages, round trips, lookups or subscriptions.", valueName: "number"))
    var count = 1_000_000

    func validate() throws {
        guard count >= 1 else { throw ValidationError("--count is \(count), use 1 or more") }
    }
}

/// The payload of each message of a benchmark.
struct BenchPayload: ParsableArguments {
    @Option(name: .long, help: .init("The size of each message in bytes.", valueName: "bytes"))
    var size = 128

    func validate() throws {
        guard (0...64 << 20).contains(size) else { throw ValidationError("--size is \(size), use 0 to 67108864") }
    }

    var bytes: [UInt8] { [UInt8](repeating: UInt8(ascii: "x"), count: size) }
}

/// The topics of a benchmark, which the ring spreads over the clusters.
struct BenchTopics: ParsableArguments {
    /// The topic of a benchmark that needs only one.
    static let single = "bench"

    @Option(name: .long, help: .init("The number of topics that the messages are spread over.", valueName: "number"))
    var topics = 1

    func validate() throws {
        guard (1...1_000_000).contains(topics) else { throw ValidationError("--topics is \(topics), use 1 to 1000000") }
    }

    var names: [String] { topics == 1 ? [Self.single] : (0..<topics).map { "\(Self.single).\($0)" } }

    /// The pattern that matches all topics.
    var pattern: String { topics == 1 ? Self.single : "\(Self.single).>" }
}

/// `roulette bench pub`
struct BenchPublishCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pub",
        abstract: "Publish as fast as the servers accept messages, until the last one is confirmed."
    )

    @Flag(name: .long, help: "Publish through a handle for each topic, which looks up its route only once.")
    var handle = false

    @OptionGroup(title: "Work") var work: BenchCount
    @OptionGroup(title: "Work") var payload: BenchPayload
    @OptionGroup(title: "Work") var topics: BenchTopics
    @OptionGroup(title: "Deployment") var connection: ConnectionOptions
    @OptionGroup(title: "Output") var output: OutputOptions

    func run() async throws {
        let bench = PublishBench(count: work.count, payload: payload, topics: topics, usesHandles: handle)
        try await BenchSession.run(connection, role: .publisher) { client in
            try await bench.run(client).print(as: output)
        }
    }
}

/// `roulette bench sub`
struct BenchReceiveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sub",
        abstract: "Receive through an AsyncSequence, timed from the first message to the last.",
        discussion: """
            The benchmark waits for messages. With --flood it publishes them itself, in the same process. Additional field:
            dropped, the messages that arrived too fast and did not fit into the buffer.
            """
    )

    @Flag(name: .long, help: "Also publish the messages.")
    var flood = false

    @OptionGroup(title: "Work") var work: BenchCount
    @OptionGroup(title: "Work") var payload: BenchPayload
    @OptionGroup(title: "Work") var topics: BenchTopics
    @OptionGroup(title: "Deployment") var connection: ConnectionOptions
    @OptionGroup(title: "Output") var output: OutputOptions

    func run() async throws {
        let bench = ReceiveBench(count: work.count, payload: payload, topics: topics, publishes: flood)
        try await BenchSession.run(connection, role: flood ? .both : .subscriber) { client in
            try await bench.run(client).print(as: output)
        }
    }
}

/// `roulette bench rtt`
struct BenchRoundTripCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rtt",
        abstract: "Measure round trips (PING and PONG) on one connection, one after the other.",
        discussion: """
            The caller runs on the connection's event loop, which saves two thread switches for each round trip. With
            --any-thread it runs where tasks run by default.
            """
    )

    @OptionGroup(title: "Caller") var caller: BenchCallerOptions

    @OptionGroup(title: "Work") var work: BenchCount
    @OptionGroup(title: "Deployment") var connection: ConnectionOptions
    @OptionGroup(title: "Output") var output: OutputOptions

    func run() async throws {
        let bench = RoundTripBench(count: work.count)
        try await BenchSession.run(connection, role: .publisher, onEventLoop: !caller.anyThread) { client in
            try await bench.run(client).print(as: output)
        }
    }
}

/// Where the caller of a round trip runs.
struct BenchCallerOptions: ParsableArguments {
    @Flag(name: .long, help: "Run the caller where a task runs by default.")
    var anyThread = false
}

/// `roulette bench request`
struct BenchRequestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "request",
        abstract: "Send requests one after the other, and answer them on another connection of the same process.",
        discussion: """
            Caller and responder run on the event loop of their connections, which saves thread switches. With --any-thread they
            run where tasks run by default.
            """
    )

    @OptionGroup(title: "Caller") var caller: BenchCallerOptions
    @OptionGroup(title: "Work") var work: BenchCount
    @OptionGroup(title: "Work") var payload: BenchPayload
    @OptionGroup(title: "Deployment") var connection: ConnectionOptions
    @OptionGroup(title: "Output") var output: OutputOptions

    func run() async throws {
        let bench = RequestBench(count: work.count, payload: payload)
        try await BenchSession.run(connection, role: .both, onEventLoop: !caller.anyThread) { client in
            try await bench.run(client).print(as: output)
        }
    }
}

/// `roulette bench ring`
struct BenchRingCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ring",
        abstract: "Look up topics of 16 bytes in a ring. No server is needed.",
        discussion: """
            Each counted lookup is of a new topic. Additional fields: seen_ns, the CPU time for a topic that was looked up before
            (as in publishing, through the cache of routes), and build_ms, the CPU time for building the ring.
            """
    )

    @Option(name: .long, help: .init("The number of clusters on the ring.", valueName: "number"))
    var clusters = 3

    @OptionGroup(title: "Work") var work: BenchCount
    @OptionGroup(title: "Output") var output: OutputOptions

    func run() async throws {
        try RingBench(count: work.count, clusters: clusters).run().print(as: output)
    }
}

/// `roulette bench idle`
struct BenchIdleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "idle",
        abstract: "Hold --count subscriptions to different topics and measure the memory of each.",
        discussion: "Additional field: bytes_each, the growth of the resident memory of this process for each subscription."
    )

    @OptionGroup(title: "Work") var work: BenchCount
    @OptionGroup(title: "Deployment") var connection: ConnectionOptions
    @OptionGroup(title: "Output") var output: OutputOptions

    func run() async throws {
        let bench = IdleBench(count: work.count)
        try await BenchSession.run(connection, role: .subscriber) { client in
            try await bench.run(client).print(as: output)
        }
    }
}

/// `roulette bench soak`
struct BenchSoakCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "soak",
        abstract: "Publish and receive at full load for a time, and report rates and resident memory meanwhile.",
        discussion: """
            One line for each interval; with --json: seconds, published, received, dropped, reconnects (since the start),
            msgs_per_s (received, in the interval), rss_bytes.
            """
    )

    @Option(
        name: .long,
        help: .init("How long to run: 90s, 10m; a whole number is seconds.", valueName: "duration"),
        transform: DurationArgument.seconds
    )
    var duration: Duration = .seconds(600)

    @Option(
        name: .long,
        help: .init("The time between two lines: 500ms, 1m; a whole number is seconds.", valueName: "duration"),
        transform: DurationArgument.seconds
    )
    var every: Duration = .seconds(10)

    @OptionGroup(title: "Work") var payload: BenchPayload
    @OptionGroup(title: "Work") var topics: BenchTopics
    @OptionGroup(title: "Deployment") var connection: ConnectionOptions
    @OptionGroup(title: "Output") var output: OutputOptions

    func run() async throws {
        let bench = SoakBench(payload: payload, topics: topics, duration: duration, interval: every)
        try await BenchSession.run(connection, role: .both) { client in
            try await bench.run(client) { sample in try sample.print(as: output) }
        }
    }
}
