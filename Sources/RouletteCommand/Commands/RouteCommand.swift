import ArgumentParser
import CommandSupport
import ConsistentHashing
import Foundation
import Roulette
import Settings

/// `roulette route`: prints which cluster owns a topic. It uses only the ring and does not connect to servers.
struct RouteCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "route",
        abstract: "Show which cluster owns a topic.",
        discussion: """
            Without topics, the command reads them from standard input, one per line, and answers each at once. All bytes up to
            the line feed are the topic. An invalid topic is reported with its line number. The other topics are still answered,
            and the exit code is 1.

            Columns: hash, cluster, address (- if unknown), topic. The hash is bytes 8 to 15 of the topic's MD5.
            With --json: topic, index, cluster, address, hash, successors. The hash is a decimal string, since most JSON readers
            have no numbers of 64 bits. The successors are the clusters in the order in which they would own the topic if those
            before them were removed; the first is the owner. A cluster is shown by its name, or by its address if it has none;
            with --clusters by its position.

            Examples:
              roulette route --clusters 3 orders.eu.created
              roulette route --server 10.0.0.1 --server 10.0.0.2 --json orders.eu.created
              roulette route --clusters 3 < topics.txt
            """
    )

    @Argument(help: "The topics; none to read them from standard input.")
    var topics: [String] = []

    @Option(name: .long, help: "Use a ring of this many clusters named by position, without any configuration.")
    var clusters: Int?

    @OptionGroup(title: "Deployment")
    var connection: ConnectionOptions

    @OptionGroup(title: "Output")
    var output: OutputOptions

    func run() throws {
        let table = try routingTable()
        if StandardOutput.isTerminal, StandardError.isTerminal, !output.json {
            let count = "\(table.ring.nodes.count) clusters by \(table.ring.naming.rawValue)"
            // Without connections, the names of the clusters themselves are unknown.
            let dependsOnSpelling = table.ring.naming == .index && table.ring.nodes.contains { $0.address != nil }
            let fingerprint = table.ring.fingerprint + (dependsOnSpelling ? " (provisional, of the addresses)" : "")
            StandardError.note("ring \(fingerprint), \(count)")
        }
        let failures = topics.isEmpty ? try answerInput(table) : try answerArguments(table)
        guard failures == 0 else { throw ExitCode(CommandError.Kind.failed.rawValue) }
    }

    private func routingTable() throws -> RoutingTable {
        guard let clusters else {
            let profile = try connection.resolve().profile
            // The ring does not depend on the login, which may be incomplete.
            var configuration = RouletteConfiguration(
                clusters: profile.servers.map { .init(name: $0.name, host: $0.host, port: $0.port) }
            )
            configuration.naming = profile.naming
            return RoutingTable(ring: try configuration.makeRing(), labels: profile.servers.map(\.label))
        }
        guard connection.isEmpty else {
            throw CommandError.usage("--clusters needs no configuration; leave out the options of the deployment")
        }
        let ring = try HashRing(count: clusters)
        return RoutingTable(ring: ring, labels: ring.nodes.map(\.name))
    }

    /// - Returns: The number of invalid topics.
    private func answerArguments(_ table: RoutingTable) throws -> Int {
        var failures = 0
        for (index, topic) in topics.enumerated() {
            failures += try answer(Array(topic.utf8), place: "topic \(index + 1)", table)
        }
        return failures
    }

    private func answerInput(_ table: RoutingTable) throws -> Int {
        var lines = LineSplitter(limit: 1 << 20)
        var failures = 0
        var number = 0
        var isOpen = true
        while isOpen {
            let chunk = try FileDescriptors.readSome(STDIN_FILENO)
            isOpen = !chunk.isEmpty
            let complete = isOpen ? try lines.append(chunk) : lines.finish()
            for line in complete {
                number += 1
                failures += try answer(line, place: "line \(number)", table)
            }
        }
        return failures
    }

    /// - Returns: 1 if the topic is invalid, else 0.
    private func answer(_ topic: [UInt8], place: String, _ table: RoutingTable) throws -> Int {
        do {
            let answer = try table.answer(topic)
            if output.json {
                try StandardOutput.write(answer.json)
            } else {
                try StandardOutput.write(table.row(answer))
            }
            return 0
        } catch let error as InvalidTopicError {
            StandardError.note("\(place): \(error.reason)")
            return 1
        }
    }
}
