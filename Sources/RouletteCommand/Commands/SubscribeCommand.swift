import ArgumentParser
import Roulette
import Settings

/// `roulette sub`: prints what is published, until it is stopped.
struct SubscribeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sub",
        abstract: "Print the messages of topics and patterns.",
        discussion: """
            It runs until ^C or --count; stopped by ^C it ends as shells expect it (130), so that a loop around it ends too. A pattern (orders.*, orders.>) is subscribed to on every cluster, a topic on the one
            that owns it. A message that several of the patterns match is printed for each of them. Lost connections are made
            again for ever, and a pattern goes on with the other clusters meanwhile; what was missed is reported on the
            standard error.

            Text is one line for each message, with everything a terminal might obey escaped, and at most 4096 bytes of the
            body. --raw writes the bodies as they are, each followed by a line feed. With --json: time, cluster, topic, reply,
            headers, body; topic_base64 and body_base64 take the place of what is not UTF-8, headers_base64 of a header block
            that cannot be decoded.

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
        if let count, count < 1 { throw CommandFailure.usage("--count is \(count), use 1 or more") }
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
        } catch var stop as StoppedBySignal {
            let printed = await printer.printed
            if let count, printed < count { stop.note = "stopped after \(printed) of \(count) messages" }
            throw stop
        }
    }
}
