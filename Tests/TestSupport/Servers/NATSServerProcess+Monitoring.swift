package import Foundation

extension NATSServerProcess {
    /// A subscription as reported by the server.
    package struct Subscription: Sendable, Hashable, Decodable {
        package let subject: String
        package let qgroup: String?
        package let sid: String
        /// Messages sent to it so far.
        package let msgs: Int
        /// The number of messages after which it ends, if any.
        package let max: Int?
    }

    /// A client as reported by the server.
    package struct Connection: Sendable, Decodable {
        package let name: String?
        package let subscriptions: [Subscription]

        private enum CodingKeys: String, CodingKey {
            case name
            case subscriptions = "subscriptions_list_detail"
        }

        package init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            self.name = try container.decodeIfPresent(String.self, forKey: .name)
            self.subscriptions = try container.decodeIfPresent([Subscription].self, forKey: .subscriptions) ?? []
        }
    }

    /// Returns the connected clients. The server needs ``NATSServerConfiguration/monitoring``.
    package func connections() async throws -> [Connection] {
        struct List: Decodable { let connections: [Connection] }
        return try JSONDecoder().decode(List.self, from: try await self.get("/connz?subs=detail&limit=4096")).connections
    }

    /// Returns the subscriptions of all clients, in no particular order.
    package func subscriptions() async throws -> [Subscription] {
        try await self.connections().flatMap(\.subscriptions)
    }

    /// Polls until the subscriptions of all clients satisfy a condition.
    ///
    /// - Parameter what: Completes the message "timed out waiting for …".
    @discardableResult
    package func subscriptions(
        _ what: String,
        within limit: Duration = .waitLimit,
        until condition: ([Subscription]) -> Bool
    ) async throws -> [Subscription] {
        try await poll(
            for: what,
            within: limit,
            last: { "\(try await self.subscriptions().prefix(20))" }
        ) {
            let subscriptions = try await self.subscriptions()
            return condition(subscriptions) ? subscriptions : nil
        }
    }

    private func get(_ path: String) async throws -> Data {
        guard let port = self.ports.monitoring else {
            throw NATSServerError(reason: "this server was started without monitoring", log: "")
        }
        return try await Self.get(path, port: port)
    }

    /// Returns the answer of the monitoring at a port of this machine.
    package static func get(_ path: String, port: Int) async throws -> Data {
        // In HTTP/1.0, the body ends with the connection.
        let connection = try await TCPConnection.connect(port: port)
        try await connection.send("GET \(path) HTTP/1.0\r\n\r\n")
        try await connection.waitUntilEnded()
        let response = Data(connection.inbound.value.bytes)
        await connection.close()
        guard let head = response.firstRange(of: Data("\r\n\r\n".utf8)) else {
            throw NATSServerError(reason: "no HTTP response to \(path)", log: String(decoding: response, as: UTF8.self))
        }
        return response[head.upperBound...]
    }
}
