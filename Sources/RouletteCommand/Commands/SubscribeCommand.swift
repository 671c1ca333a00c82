import ArgumentParser
import CommandSupport
import Roulette
import Settings

/// `roulette sub`: prints messages until it is stopped.
struct SubscribeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sub",
        abstract: "Print the messages of topics and patterns.",
        discussion: """
            The command runs until ^C or --count. After ^C a shell sees 130, so that a loop around the command ends too. A pattern
            (orders.*, orders.>) is subscribed to on every cluster, a topic on the cluster that owns it. A message that matches
            several of the patterns is printed for each. Lost connections are retried without limit; meanwhile a pattern continues
            on the other clusters. Missed intervals are reported on standard error.

            Text is one line for each message, with control characters escaped and at most 4096 bytes of the body. --raw writes
            the bodies unchanged, each followed by a line feed. With --json: time, cluster, topic, reply, headers, body; if a
            topic or a body is not UTF-8 its key is topic_base64 or body_base64, and a header block that cannot be decoded is
            headers_base64.

            Examples:
              roulette sub orders.eu.created
              roulette sub 'orders.>' 'payments.*.declined' --json
              roulette sub jobs --queue workers --count 10
            """
    )

    @Argument(help: "The topics and patterns.")
    var topics: [String]

    @Option(name: .long, help: .init("Share the messages with the other members of this queue group.", valueName: "group"))
    var queue: String?

    @Option(name: .long, help: "End after this many messages.")
    var count: Int?

    @OptionGroup(title: "Deployment")
    var connection: ConnectionOptions

    @OptionGroup(title: "Output")
    var output: MessageOutputOptions

    func run() async throws {
        if let count, count < 1 { throw CommandError.usage("--count is \(count), use 1 or more") }
        let format = try output.format()
        var profile = try connection.resolve().profile
        try profile.completeLogin()
        let configuration = try RouletteConfiguration.command(profile, role: .subscriber)
        let printer = MessagePrinter(format: format, limit: count)

        do {
            try await untilStopped {
                try await Session.withClient(configuration) { client in
                    try await TopicListener(client: client, queue: queue, topics: topics).run(printer)
                }
            }
        } catch var stop as StoppedBySignalError {
            let printed = await printer.printed
            if let count, printed < count { stop.note = "stopped after \(printed) of \(count) messages" }
            throw stop
        }
    }
}
