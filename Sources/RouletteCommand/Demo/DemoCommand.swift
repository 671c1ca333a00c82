public import ArgumentParser
import CommandSupport
public import Console
import Foundation
import RouletteDemo
import Settings

/// `roulette demo`: starts servers on this machine, publishes traffic to them, and opens the console.
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Start NATS clusters with traffic on this machine, and open the console.",
        discussion: """
            Each cluster consists of nats-server processes on free loopback ports, behind a HAProxy that checks the nodes and has a
            second port for their monitoring. The console and all programs of the demo connect only to the balancers. Without
            haproxy on this machine, small TCP balancers of the demo take its place.

            K causes and undoes faults: it kills, freezes or restarts a node, or puts it into lame-duck mode; it freezes a balancer,
            takes all nodes from it, or leads it into another cluster; it cuts the routes between two nodes; it starts a program
            with another ring. You can stop nodes in a shell too: kill -9, kill -STOP, nats-server -c FILE with the file of its
            command line. :profile demo-prod shows the clusters as production (read-only). Everything stops when the demo ends.

            Orders, payments, sensor readings and logs are JSON, text and bytes, some of them large. time.now and inventory.check
            answer requests. An archive of orders is too slow and drops some (services.archive.health reports how many). A client
            of alpha hangs until the server disconnects it as a slow consumer, and then reconnects.

            The demo uses the first nats-server that it finds: the file named by ROULETTE_NATS_SERVER, then nats-server in the
            directory of this program, the one that scripts/setup downloaded to the checkout of this program, and the one on the
            PATH.

            With --headless there is no console. The demo prints one JSON object when the servers are ready (config, directory,
            clusters: address and monitor of the balancer, its program, config and pid, and the nodes with address, monitor,
            config and pid), then one every second with the counts since the start:
            time, published, failed, received, and clusters with the same counts for each cluster. Use the file named config with
            --config. Only you can read it, since it contains the password of the servers.

            Examples:
              roulette demo
              roulette demo --clusters 5 --nodes 2 --rate 20000
              roulette demo --headless --duration 10s
            """
    )

    @Option(name: .long, help: "Number of clusters, 1 to 8.")
    var clusters = 3

    @Option(name: .long, help: "Number of servers in each cluster, 1 to 5.")
    var nodes = 3

    @Option(
        name: .long,
        help: "The balancers: haproxy, or own for the small TCP balancers of the demo. Default: haproxy if it is installed."
    )
    var balancer: DemoBalancing?

    @Option(name: .long, help: "Messages per second on average, 0 to 1000000.")
    var rate = 2000

    @Option(name: .long, help: "Number of topics, 1 to 100000.")
    var topics = 200

    @Option(name: .long, help: .init("The initial theme.", valueName: "name"), completion: ThemeCompletion.names)
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
        let traffic = try TrafficPlan(topics: topics, rate: rate)
        guard headless || (StandardOutput.isTerminal && isatty(STDIN_FILENO) == 1) else {
            throw CommandError.usage("the console needs a terminal; use --headless without one")
        }
        let environment = ProcessInfo.processInfo.environment
        if !headless {
            StandardError.note("starting \(plan.clusters * plan.nodes) servers behind \(plan.clusters) balancers")
        }
        let demo = try RunningDemo.start(plan, balancing: balancer, environment: environment)
        defer { demo.stop() }

        let workload = DemoWorkload(traffic, on: demo)
        if headless {
            try await untilStopped(grace: RunningDemo.stopTimeout + .seconds(2)) { try await runHeadless(demo, workload) }
        } else {
            try await runConsole(demo, workload, environment)
        }
    }

    private func runHeadless(_ demo: RunningDemo, _ workload: DemoWorkload) async throws {
        try StandardOutput.write(DemoReport.ready(demo.deployment, pids: demo.pids))
        try await limited {
            try await workload.run(countingReceived: true) {
                while true {
                    try await Task.sleep(for: .seconds(1))
                    try StandardOutput.write(DemoReport.counts(workload.countsByCluster, of: demo.deployment))
                }
            }
        }
    }

    private func runConsole(_ demo: RunningDemo, _ workload: DemoWorkload, _ environment: [String: String]) async throws {
        let path = demo.deployment.profileFile
        let file = try ConfigurationFile.load(path: path, environment: environment, actions: BindableAction.console)
        let deployment = ResolvedDeployment(profile: try file.profile(file: path), file: file, path: path, isAsInFile: true)
        try await limited {
            try await workload.run { [theme] in
                try await ConsoleSession.run(deployment, theme: theme, demo: demo)
            }
        }
    }

    /// Runs `body` for at most the time of `--duration`.
    private func limited(_ body: @escaping @Sendable () async throws -> Void) async throws {
        guard let duration else { return try await body() }
        try await withThrowingTaskGroup { group in
            group.addTask { try await Task.sleep(for: duration) }
            group.addTask { try await body() }
            defer { group.cancelAll() }
            try await group.next()
        }
    }
}

extension DemoBalancing: ExpressibleByArgument {}
