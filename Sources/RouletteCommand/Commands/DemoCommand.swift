import ArgumentParser
import Foundation
import Roulette
import Settings

/// `roulette demo`: real servers on this machine with traffic on them, and the console to look at it.
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Start NATS clusters on this machine, with traffic, and the console on them.",
        discussion: """
            Every cluster is made of nats-server processes on loopback ports that the kernel chose. The console uses the first
            node of each, the traffic comes in at the last. K kills a node, lets it hang, or starts it again; the shell can do
            the same (kill -9, kill -STOP, nats-server -c FILE with the file of its command line). :profile demo-prod shows the
            clusters as production would look: read-only. All of it ends with the demo.

            Orders, payments, sensors and logs come as JSON, text and bytes, some of them large. time.now and inventory.check
            answer requests. An archive of orders is too slow and drops some (services.archive.health says how many), and a
            client on alpha-1 hangs until the server cuts it off as a slow consumer, again and again.

            The program is the first of: what ROULETTE_NATS_SERVER names, a nats-server beside this program, what scripts/setup
            fetched into the checkout that this program was built in, the one on the PATH.

            With --headless there is no console. It prints one JSON object when the servers are ready (config, directory,
            clusters with their nodes: address, monitor, config, pid), then one every second with the counts since the start:
            time, published, failed, received, and the same for each of clusters. The file named config works with --config; only you
            can read it, as it has the token that the servers of this demo ask for.

            Examples:
              roulette demo
              roulette demo --clusters 5 --nodes 3 --rate 20000
              roulette demo --headless --duration 10s
            """
    )

    @Option(name: .long, help: "How many clusters, 1 to 8.")
    var clusters = 3

    @Option(name: .long, help: "How many servers each cluster is made of, 1 to 5.")
    var nodes = 2

    @Option(name: .long, help: "About how many messages per second, 0 to 1000000.")
    var rate = 2000

    @Option(name: .long, help: "How many topics, 1 to 100000.")
    var topics = 200

    @Option(name: .long, help: .init("The theme to begin with.", valueName: "name"), completion: ThemeCompletion.names)
    var theme: String?

    @Flag(name: .long, help: "Print counts instead of showing the console.")
    var headless = false

    @Option(
        name: .long,
        help: .init("End after this time: 30s, 5m; a whole number is seconds.", valueName: "duration"),
        transform: DurationArgument.seconds
    )
    var duration: Duration?

    func run() async throws {
        let plan = try DemoPlan(clusters: clusters, nodes: nodes)
        guard (0...1_000_000).contains(rate) else { throw CommandFailure.usage("--rate is \(rate), use 0 to 1000000") }
        guard (1...100_000).contains(topics) else { throw CommandFailure.usage("--topics is \(topics), use 1 to 100000") }
        guard headless || (StandardOutput.isTerminal && isatty(STDIN_FILENO) == 1) else {
            throw CommandFailure.usage("the console needs a terminal; use --headless without one")
        }
        let environment = ProcessInfo.processInfo.environment
        if !headless {
            StandardError.note("starting \(plan.clusters * plan.nodes) servers")
        }
        let demo = try RunningDemo.start(plan, environment: environment)
        defer { demo.stop() }

        let traffic = TrafficPlan(topics: TopicCatalog(count: topics), rate: rate)
        if headless {
            try await untilStopped(grace: RunningDemo.stopTimeout + .seconds(2)) { try await runHeadless(demo, traffic) }
        } else {
            let file = try ConfigurationFile.load(path: demo.deployment.profileFile, environment: environment)
            let path = demo.deployment.profileFile
            let deployment = ResolvedDeployment(profile: try file.profile(file: path), file: file, path: path, isAsInFile: true)
            try await limited {
                try await Self.whileTrafficRuns(demo, traffic) { [theme] in
                    try await ConsoleSession.run(deployment, theme: theme, demo: demo)
                }
            }
        }
    }

    // MARK: Parts

    private func runHeadless(_ demo: RunningDemo, _ traffic: TrafficPlan) async throws {
        try StandardOutput.write(DemoReport.ready(demo))
        try await limited {
            let sent = TrafficCounts(clusters: demo.deployment.clusters.count)
            try await withThrowingTaskGroup { group in
                Self.addWorkload(traffic, sent, on: demo.deployment, to: &group)
                group.addTask { try await TrafficWatch(counts: sent).run(on: demo.deployment) }
                group.addTask {
                    while true {
                        try await Task.sleep(for: .seconds(1))
                        try StandardOutput.write(DemoReport.counts(sent.all, of: demo.deployment))
                    }
                }
                defer { group.cancelAll() }
                try await group.next()
            }
        }
    }

    /// Runs `body` for as long as `--duration` says.
    private func limited(_ body: @escaping @Sendable () async throws -> Void) async throws {
        guard let duration else { return try await body() }
        try await withThrowingTaskGroup { group in
            group.addTask { try await Task.sleep(for: duration) }
            group.addTask { try await body() }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    /// All that publishes, answers and is slow.
    private static func addWorkload(
        _ traffic: TrafficPlan,
        _ counts: TrafficCounts,
        on deployment: DemoDeployment,
        to group: inout ThrowingTaskGroup<Void, any Error>
    ) {
        group.addTask { try await TrafficSource(plan: traffic, counts: counts).run(on: deployment) }
        group.addTask { try await ShopServices(deployment: deployment).run() }
        if let node = deployment.clusters.first?.nodes.first {
            group.addTask { await StuckConsumer(port: node.port, token: deployment.token).run() }
        }
    }

    private static func whileTrafficRuns(
        _ demo: RunningDemo,
        _ traffic: TrafficPlan,
        _ body: @escaping @Sendable () async throws -> Void
    ) async throws {
        let counts = TrafficCounts(clusters: demo.deployment.clusters.count)
        try await withThrowingTaskGroup { group in
            addWorkload(traffic, counts, on: demo.deployment, to: &group)
            group.addTask { try await body() }
            defer { group.cancelAll() }
            try await group.next()
        }
    }
}
