import TerminalUI

/// What a benchmark found.
struct BenchResult: Sendable {
    /// What was measured: `pub`, `sub`, `rtt` …
    var mode: String
    /// How often.
    var messages: Int
    var reading: Stopwatch.Reading
    /// The duration of each single one, where that was measured.
    var times: RoundTripTimes?
    /// What only this mode knows, printed behind the rest.
    var details: [(name: String, value: JSONValue)] = []

    init(mode: String, messages: Int, reading: Stopwatch.Reading, times: RoundTripTimes? = nil) {
        self.mode = mode
        self.messages = messages
        self.reading = reading
        self.times = times
    }

    var messagesPerSecond: Double { Double(messages) / (reading.wall / .seconds(1)) }
    var cpuNanosecondsPerMessage: Double { reading.cpu / .nanoseconds(1) / Double(max(messages, 1)) }

    /// `mode, msgs, seconds, msgs_per_s, cpu_ns_per_msg, p50_us, p99_us`, the last two null where they mean nothing.
    var json: JSONObject {
        var object: JSONObject = [
            "mode": .string(mode),
            "msgs": .number(messages),
            "seconds": .decimal(reading.wall / .seconds(1), digits: 4),
            "msgs_per_s": .decimal(messagesPerSecond, digits: 0),
            "cpu_ns_per_msg": .decimal(cpuNanosecondsPerMessage, digits: 1),
            "p50_us": times.map { .decimal($0.percentile(50) / .microseconds(1), digits: 1) } ?? .null,
            "p99_us": times.map { .decimal($0.percentile(99) / .microseconds(1), digits: 1) } ?? .null,
        ]
        for detail in details { object.append(detail.name, detail.value) }
        return object
    }

    /// One line for people.
    var line: String {
        let seconds = String(format: "%.3f", reading.wall / .seconds(1))
        var text = "\(mode): \(messages) in \(seconds) s"
        text += String(format: ", %.0f/s, %.0f ns of CPU each", messagesPerSecond, cpuNanosecondsPerMessage)
        if let times {
            let (p50, p99) = (times.percentile(50) / .microseconds(1), times.percentile(99) / .microseconds(1))
            text += String(format: ", p50 %.1f µs, p99 %.1f µs", p50, p99)
        }
        for detail in details { text += ", \(detail.name) \(detail.value.text)" }
        return text
    }

    /// Prints it as JSON or as a line.
    func print(as output: OutputOptions) throws {
        if output.json {
            try StandardOutput.write(json)
        } else {
            try StandardOutput.write(SafeText(untrusted: line))
        }
    }
}

/// How long each of many round trips took.
struct RoundTripTimes: Sendable {
    private let sorted: [Duration]

    init(_ times: [Duration]) {
        sorted = times.sorted()
    }

    /// The time that so many percent of them did not exceed.
    func percentile(_ percent: Int) -> Duration {
        guard let last = sorted.indices.last else { return .zero }
        return sorted[min(sorted.count * percent / 100, last)]
    }
}
