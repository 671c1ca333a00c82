import ArgumentParser
import CommandSupport
import NATSWire
import Roulette
import Settings

/// `roulette request`: sends a request to the cluster that owns the topic, and prints the reply.
struct RequestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "request",
        abstract: "Send a request and print the reply.",
        discussion: """
            The command ends with the first reply, or at once with exit code 1 if the topic has no subscribers. With --replies it
            prints the replies of several responders, and ends with exit code 1 if fewer arrive than requested.

            Replies are printed like the messages of `roulette sub`. With --json: time, cluster, topic, reply, headers, body,
            where topic is the inbox of the request.

            Examples:
              roulette request users.get '{"id": 1}'
              roulette request users.get -H 'Trace-Id: 7f3a' --timeout 2s - < request.json
              roulette request services.ping --replies 0 --stall 300ms --json
            """
    )

    @Argument(help: "The topic, without wildcards.")
    var topic: String

    @Argument(help: "The request; - reads it from standard input. Empty if left out.")
    var body: String?

    @Option(name: [.customShort("H"), .customLong("header")], help: .init("A header. May be repeated.", valueName: "name:value"))
    var headers: [String] = []

    @Option(
        name: .long,
        help: .init("How long to wait for all replies: 250ms, 5s.", valueName: "duration"),
        transform: DurationArgument.milliseconds
    )
    var timeout: Duration = .seconds(5)

    @Option(name: .long, help: "How many replies to wait for; 0 accepts all that arrive before the timeout.")
    var replies: Int?

    @Option(
        name: .long,
        help: .init("With --replies: the longest wait between two of them.", valueName: "duration"),
        transform: DurationArgument.milliseconds
    )
    var stall: Duration?

    @OptionGroup(title: "Deployment")
    var connection: ConnectionOptions

    @OptionGroup(title: "Output")
    var output: MessageOutputOptions

    func run() async throws {
        guard timeout > .zero else { throw CommandError.usage("--timeout is zero, use more") }
        if let replies, replies < 0 { throw CommandError.usage("--replies is \(replies), use 0 or more") }
        if stall != nil, replies == nil { throw CommandError.usage("--stall needs --replies; leave it out") }
        let format = try output.format()
        let headers = try HeaderArgument.headers(headers)
        var profile = try connection.resolve().profile
        guard profile.allowPublish else {
            throw CommandError.usage("profile \(profile.name) is read-only; set allow_publish = true in it to send requests")
        }
        try profile.completeLogin()
        let configuration = try RouletteConfiguration.command(profile, role: .publisher)
        let request = Request(topic: topic, payload: try BodyArgument.read(body), headers: headers, timeout: timeout)
        let (wanted, stall) = (replies, stall)

        try await untilStopped {
            try await Session.withClient(configuration) { client in
                if let wanted {
                    try await request.many(on: client, wanted: wanted, stall: stall, format: format)
                } else {
                    try await request.one(on: client, format: format)
                }
            }
        }
    }

    /// A request, and how its replies are received.
    private struct Request: Sendable {
        let topic: String
        let payload: [UInt8]
        let headers: Headers?
        let timeout: Duration

        func one(on client: RouletteClient, format: MessageFormat) async throws {
            let reply = try await client.request(payload, to: topic, headers: headers, timeout: timeout)
            try StandardOutput.write(format.bytes(PrintableMessage(reply), at: .now()))
        }

        func many(on client: RouletteClient, wanted: Int, stall: Duration?, format: MessageFormat) async throws {
            let replies = try await client.requestMany(
                payload,
                to: topic,
                headers: headers,
                timeout: timeout,
                max: wanted == 0 ? nil : wanted,
                stall: stall
            )
            var count = 0
            for try await reply in replies {
                try StandardOutput.write(format.bytes(PrintableMessage(reply), at: .now()))
                count += 1
            }
            guard count >= max(wanted, 1) else {
                let text = wanted <= 1 ? "no reply arrived" : "\(count) of \(wanted) replies arrived"
                throw CommandError.failed("\(text); check that --timeout is long enough and that every responder is up")
            }
        }
    }
}
