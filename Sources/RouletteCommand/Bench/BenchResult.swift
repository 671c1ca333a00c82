import TerminalUI
import TextCoding

/// The result of a benchmark.
struct BenchResult: Sendable {
    /// The kind of benchmark: `pub`, `sub`, `rtt` …
    var mode: String
    /// The number of messages, round trips or lookups.
    var messages: Int
    var reading: Stopwatch.Reading
    /// The time of each one, if measured.
    var times: RoundTripTimes?
    /// Additional fields of this kind of benchmark.
    var details: [(name: String, value: JSONValue)] = []

    init(mode: String, messages: Int, reading: Stopwatch.Reading, times: RoundTripTimes? = nil) {
        self.mode = mode
        self.messages = messages
        self.reading = reading
        self.times = times
    }

    var messagesPerSecond: Double { Double(messages) / (reading.wall / .seconds(1)) }
    var cpuNanosecondsPerMessage: Double { reading.cpu / .nanoseconds(1) / Double(max(messages, 1)) }

    /// `mode, msgs, seconds, msgs_per_s, cpu_ns_per_msg, p50_us, p99_us`, the last two null if single times were not measured.
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

    /// The result as a line of text.
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

    /// Prints the result as JSON or as a line.
    func print(as output: OutputOptions) throws {
        if output.json {
            try StandardOutput.write(json)
        } else {
            try StandardOutput.write(SafeText(untrusted: line))
        }
    }
}

/// The times of round trips.
struct RoundTripTimes: Sendable {
    private let sorted: [Duration]

    init(_ times: [Duration]) {
        sorted = times.sorted()
    }

    /// The time that `percent` percent of the round trips did not exceed.
    func percentile(_ percent: Int) -> Duration {
        guard let last = sorted.indices.last else { return .zero }
        return sorted[min(sorted.count * percent / 100, last)]
    }
}
