import Foundation
import NIOCore
import Roulette
import RouletteFoundation
import RouletteTesting
import Testing

@Suite("Values as payloads", .timeLimit(.minutes(1)))
struct CodingTests {
    struct Order: Codable, Equatable {
        var id: Int
        var items: [String]
        var date: Date?
    }

    /// A custom coder: the description of a value.
    private struct DescriptionCoder: MessageCoder {
        struct NotAnOrder: Error {}

        func encode(_ value: some Encodable) throws -> ByteBuffer { ByteBuffer(string: "<\(value)>") }

        func decode<Value: Decodable>(_ type: Value.Type, from payload: ByteBuffer) throws -> Value {
            guard let text = String(buffer: payload) as? Value else { throw NotAnOrder() }
            return text
        }
    }

    private func withClient(coder: (any MessageCoder)?, _ body: (RouletteClient) async throws -> Void) async throws {
        try await TestDeployment().withClient({ $0.coder = coder }, body)
    }

    private func next(_ subscription: Subscription) async throws -> Message {
        var iterator = subscription.makeAsyncIterator()
        return try #require(try await iterator.next())
    }

    private let confirmed = SubscribeOptions(confirmed: true)

    @Test
    func `the error for a message that cannot be decoded is one line without control characters`() throws {
        struct Wanted: Codable { var kind: [String: Int] }
        for json in ["{\"kind\":{\"\\u001b[2J\\n\":\"y\"}}", "{\"kind\":\"\\u001b]0;x\\u0007\"}", "\u{1B}[2J"] {
            let message = try Message(topic: "a", payload: json, coder: JSONCoder())
            let error = #expect(throws: RouletteError.self) { try message.decode(Wanted.self) }
            #expect(error?.code == .coding)
            #expect(error.map { $0.description.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F } } == true)
            #expect((error?.description.utf8.count ?? .max) < 2_000)
        }
    }

    @Test
    func `a message made by hand is decoded with its own coder, and without one the error says what to do`() throws {
        #expect(try Message(topic: "a", payload: "[1]", coder: JSONCoder()).decode([Int].self) == [1])
        let error = #expect(throws: RouletteError.self) { try Message(topic: "a", payload: "[1]").decode([Int].self) }
        #expect(error?.code == .configuration && error?.message.contains("decode(_:using:)") == true)
    }

    @Test
    func `values are published, requested and answered as JSON`() async throws {
        try await withClient(coder: JSONCoder()) { client in
            let orders = try await client.subscribe(to: "orders.*", options: confirmed)
            let order = Order(id: 1, items: ["ä"], date: Date(timeIntervalSince1970: 1))
            try await client.publish(encoding: order, to: "orders.eu", headers: ["Id": "1"])
            let message = try await next(orders)
            #expect(try message.decode(Order.self) == order)
            let again: Order = try message.decode()
            #expect(again == order)
            #expect(try message.headers?["Id"] == "1")
            try await client.publisher(for: "orders.us").publish(encoding: [1, 2])
            #expect(try await next(orders).body == "[1,2]")

            let prices = try await client.subscribe(to: "prices.*", options: confirmed)
            let answering = Task {
                for try await request in prices {
                    let count = try request.decode(Order.self).items.count
                    if request.topic == "prices.one" {
                        try await request.respond(encoding: count)
                    } else {
                        try await client.reply(to: request, encoding: "\(count)")
                    }
                }
            }
            #expect(try await client.request(encoding: order, to: "prices.one").decode(Int.self) == 1)
            #expect(try await client.request(encoding: order, to: "prices.two").decode(String.self) == "1")
            prices.cancel()
            try await answering.value
        }
    }

    @Test
    func `the settings of the encoder and the decoder apply`() async throws {
        let (encoder, decoder) = (JSONEncoder(), JSONDecoder())
        encoder.outputFormatting = .sortedKeys
        encoder.dateEncodingStrategy = .iso8601
        decoder.dateDecodingStrategy = .iso8601
        try await withClient(coder: JSONCoder(encoder: encoder, decoder: decoder)) { client in
            let orders = try await client.subscribe(to: "orders", options: confirmed)
            let order = Order(id: 1, items: [], date: Date(timeIntervalSince1970: 0))
            try await client.publish(encoding: order, to: "orders")
            let message = try await next(orders)
            #expect(message.body == #"{"date":"1970-01-01T00:00:00Z","id":1,"items":[]}"#)
            #expect(try message.decode() == order)
        }
    }

    @Test
    func `what cannot be encoded or decoded is an error of its own, and the message stays readable`() async throws {
        try await withClient(coder: JSONCoder()) { client in
            let orders = try await client.subscribe(to: "orders.*", options: confirmed)
            try await client.publish("{\"id\": \"x\"}", to: "orders.eu")
            let message = try await next(orders)
            let error = #expect(throws: RouletteError.self) { try message.decode(Order.self) }
            #expect(error?.code == .coding && error?.cause is DecodingError)
            #expect(error?.message.contains("orders.eu") == true && error?.message.contains("Order") == true)
            #expect(error?.cluster == message.cluster)
            #expect(message.body == "{\"id\": \"x\"}")
            let infinite = await #expect(throws: RouletteError.self) {
                try await client.publish(encoding: Double.infinity, to: "a")
            }
            #expect(infinite?.code == .coding && infinite?.cause is EncodingError)
        }
    }

    @Test
    func `the coder can be replaced, for a client and for one message`() async throws {
        try await withClient(coder: DescriptionCoder()) { client in
            let all = try await client.subscribe(to: "*", options: confirmed)
            try await client.publish(encoding: 7, to: "numbers")
            let message = try await next(all)
            #expect(try message.decode(String.self) == "<7>")
            #expect(throws: RouletteError.self) { try message.decode(Int.self) }
            try await client.publish("7", to: "numbers")
            #expect(try await next(all).decode(Int.self, using: JSONCoder()) == 7)
        }
    }

    @Test
    func `without a coder, the error says how to set one`() async throws {
        try await withClient(coder: nil) { client in
            let all = try await client.subscribe(to: "*", options: confirmed)
            let error = await #expect(throws: RouletteError.self) { try await client.publish(encoding: 7, to: "numbers") }
            #expect(error?.code == .configuration && error?.message.contains("JSONCoder") == true)
            try await client.publish("7", to: "numbers")
            let message = try await next(all)
            #expect(throws: RouletteError.self) { try message.decode(Int.self) }
            #expect(try message.decode(Int.self, using: JSONCoder()) == 7)
        }
        let message = try Message(topic: "a", payload: "7")
        #expect(throws: RouletteError.self) { try message.decode(Int.self) }
        #expect(try message.decode(Int.self, using: JSONCoder()) == 7)
    }

    @Test
    func `Data is a payload, and every message has its payload as Data`() async throws {
        try await withClient(coder: nil) { client in
            let blobs = try await client.subscribe(to: "blobs", options: confirmed)
            let bytes = Data((0..<1000).map { UInt8(truncatingIfNeeded: $0) })
            for data in [bytes, bytes[100..<200], Data()] {
                try await client.publish(data, to: "blobs")
                #expect(try await next(blobs).data == Data(data))
            }
            try client.tryPublish(bytes, to: "blobs")
            #expect(try await next(blobs).data == bytes)
        }
    }
}
