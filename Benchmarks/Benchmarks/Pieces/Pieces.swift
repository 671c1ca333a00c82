import Benchmark
import ConsistentHashing
import NIOCore
import RouletteNATS

/// The components in the path of every message, measured separately. One iteration is one message, lookup or ring.
let benchmarks: @Sendable () -> Void = {
    let thousands = Benchmark.Configuration(metrics: [.cpuTotal, .wallClock, .instructions], scalingFactor: .kilo)
    let singles = Benchmark.Configuration(metrics: [.cpuTotal, .wallClock, .instructions])

    // MARK: The ring

    for clusters in [3, 16, 64] {
        Benchmark("ring of \(clusters): build", configuration: singles) { _ in
            blackHole(try HashRing(count: clusters))
        }
        Benchmark("ring of \(clusters): look up topics of 16 bytes", configuration: thousands) { benchmark in
            let ring = try HashRing(count: clusters)
            let topics = (0..<1_000).map { "topic.\(1_000_000_000 + $0)" }
            benchmark.startMeasurement()
            for index in benchmark.scaledIterations { blackHole(ring.index(of: topics[index % 1_000])) }
        }
    }

    // MARK: The protocol

    for size in [0, 128, 4096] {
        Benchmark("parser: MSG of \(size) bytes, in reads of 64 KiB", configuration: thousands) { benchmark in
            let reads = Wire.reads(messages: 1_000, size: size)
            benchmark.startMeasurement()
            // The thousand `scaledIterations` are one stream of a thousand messages.
            var count = CountingSink()
            var parser = OperationParser()
            for read in reads { try parser.parse(read, into: &count) }
            precondition(count.messages == benchmark.scaledIterations.count)
        }
        Benchmark("encoder: PUB of \(size) bytes", configuration: thousands) { benchmark in
            let payload = ByteBuffer(repeating: UInt8(ascii: "x"), count: size)
            var buffer = ByteBuffer()
            benchmark.startMeasurement()
            for _ in benchmark.scaledIterations {
                buffer.clear()
                FrameEncoder.publish(subject: "orders.eu.created", payload: payload, into: &buffer)
            }
            blackHole(buffer)
        }
    }

    Benchmark("subject: validate and create one of 17 bytes", configuration: thousands) { benchmark in
        for _ in benchmark.scaledIterations { blackHole(try Subject("orders.eu.created" as String)) }
    }
}

/// Streams as a server sends them.
enum Wire {
    static func reads(messages: Int, size: Int, readSize: Int = 1 << 16) -> [ByteBuffer] {
        var stream = ByteBuffer()
        for _ in 0..<messages {
            stream.writeString("MSG orders.eu.created 1 \(size)\r\n")
            stream.writeRepeatingByte(UInt8(ascii: "x"), count: size)
            stream.writeString("\r\n")
        }
        var reads: [ByteBuffer] = []
        while let bytes = stream.readBytes(length: min(readSize, stream.readableBytes)), !bytes.isEmpty {
            reads.append(ByteBuffer(bytes: bytes))
        }
        return reads
    }
}

/// Counts messages.
struct CountingSink: OperationSink {
    var messages = 0

    mutating func message(_ message: consuming WireMessage) { messages += 1 }
    mutating func info(_ json: ByteBuffer) {}
    mutating func ping() {}
    mutating func pong() {}
    mutating func ok() {}
    mutating func serverError(_ text: ByteBuffer) {}
}
