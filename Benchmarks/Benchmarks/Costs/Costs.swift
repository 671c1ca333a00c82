import ConsistentHashing
import Roulette

/// Repeats one operation, so that `scripts/costs` can count its instructions or allocations.
///
/// Arguments: the operation, the number of repetitions, and the port of a server on 127.0.0.1 for all operations but `lookup`.
@main
struct Costs {
    static func main() async throws {
        let arguments = CommandLine.arguments.dropFirst()
        guard let operation = arguments.first, let count = arguments.dropFirst().first.flatMap({ Int($0) }) else {
            return print("usage: Costs lookup|publish|publish-many|receive COUNT [PORT]")
        }
        let port = arguments.dropFirst(2).first.flatMap { Int($0) } ?? 4222
        switch operation {
        case "lookup": try lookUp(count)
        case "publish": try await publish(count, to: ["bench"], port: port)
        case "publish-many": try await publish(count, to: (0..<10_000).map { "bench.\($0)" }, port: port)
        case "receive": try await receive(count, port: port)
        default: print("unknown operation \(operation)")
        }
    }

    private static func lookUp(_ count: Int) throws {
        let ring = try HashRing(count: 3)
        var sum = 0
        for number in 0..<count { sum &+= ring.index(of: "topic.\(1_000_000_000 + number)") }
        // Without a use of the result, the compiler may remove the lookups.
        print(sum)
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
