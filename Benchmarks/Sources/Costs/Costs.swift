import ConsistentHashing
import NATSWire
import NIOCore
import Roulette

/// Repeats one operation, so that `scripts/costs` can count its instructions or allocations.
///
/// Arguments: the operation, the number of repetitions, and the port of a server on 127.0.0.1 for `publish`,
/// `publish-many` and `receive`.
@main
struct Costs {
    static func main() async throws {
        let arguments = CommandLine.arguments.dropFirst()
        guard let operation = arguments.first, let count = arguments.dropFirst().first.flatMap({ Int($0) }) else {
            return print("usage: Costs ring|lookup|subject|encode|parse|publish|publish-many|receive COUNT [PORT]")
        }
        let port = arguments.dropFirst(2).first.flatMap { Int($0) } ?? 4222
        switch operation {
        case "ring": try buildRings(count)
        case "lookup": try lookUp(count)
        case "subject": try createSubjects(count)
        case "encode": encode(count)
        case "parse": try parse(count)
        case "publish": try await publish(count, to: ["bench"], port: port)
        case "publish-many": try await publish(count, to: (0..<10_000).map { "bench.\($0)" }, port: port)
        case "receive": try await receive(count, port: port)
        default: print("unknown operation \(operation)")
        }
    }

    private static func buildRings(_ count: Int) throws {
        var sum = 0
        for _ in 0..<count { sum &+= try HashRing(count: 64).index(of: "topic") }
        print(sum)
    }

    private static func lookUp(_ count: Int) throws {
        let ring = try HashRing(count: 3)
        var sum = 0
        for number in 0..<count { sum &+= ring.index(of: "topic.\(1_000_000_000 + number)") }
        // Without a use of the result, the compiler may remove the lookups.
        print(sum)
    }

    private static func createSubjects(_ count: Int) throws {
        var sum = 0
        for number in 0..<count { sum &+= try Subject("orders.eu.\(1_000_000 + number)").description.utf8.count }
        print(sum)
    }

    private static func encode(_ count: Int) {
        let payload = ByteBuffer(repeating: UInt8(ascii: "x"), count: 128)
        var buffer = ByteBuffer()
        for _ in 0..<count {
            buffer.clear()
            FrameEncoder.publish(subject: "orders.eu.created", payload: payload, into: &buffer)
        }
        print(buffer.readableBytes)
    }

    /// Parses a stream in reads of 64 KiB, like those of a connection under load.
    private static func parse(_ count: Int) throws {
        var stream = ByteBuffer()
        for _ in 0..<1_000 {
            stream.writeString("MSG orders.eu.created 1 128\r\n")
            stream.writeRepeatingByte(UInt8(ascii: "x"), count: 128)
            stream.writeString("\r\n")
        }
        var reads: [ByteBuffer] = []
        while let read = stream.readSlice(length: min(1 << 16, stream.readableBytes)), read.readableBytes > 0 {
            reads.append(ByteBuffer(bytes: read.readableBytesView))
        }
        var sink = CountingSink()
        var parser = OperationParser()
        while sink.messages < count {
            for read in reads { try parser.parse(read, into: &sink) }
        }
        print(sink.messages)
    }

    private static func publish(_ count: Int, to topics: [String], port: Int) async throws {
        let payload = [UInt8](repeating: UInt8(ascii: "x"), count: 128)
        try await withClient(.publisher, port: port) { client in
            for number in 0..<count { try await client.publish(payload, to: topics[number % topics.count]) }
            try await client.flush()
        }
    }

    private static func receive(_ count: Int, port: Int) async throws {
        try await withClient(.subscriber, port: port) { client in
            var received = 0
            for try await _ in try await client.subscribe(to: "bench") {
                received += 1
                if received == count { return }
            }
        }
    }

    private static func withClient(
        _ role: RouletteConfiguration.Role,
        port: Int,
        _ body: (RouletteClient) async throws -> Void
    ) async throws {
        var configuration = RouletteConfiguration(clusters: [.init(host: "127.0.0.1", port: port)])
        configuration.role = role
        configuration.poolSize = 1
        let client = try RouletteClient(configuration: configuration)
        async let running: Void = client.run()
        try await body(client)
        client.close()
        await running
    }
}

/// Counts messages.
private struct CountingSink: OperationSink {
    var messages = 0

    mutating func message(_ message: consuming WireMessage) { messages += 1 }
    mutating func info(_ json: ByteBuffer) {}
    mutating func ping() {}
    mutating func pong() {}
    mutating func ok() {}
    mutating func serverError(_ text: ByteBuffer) {}
}
