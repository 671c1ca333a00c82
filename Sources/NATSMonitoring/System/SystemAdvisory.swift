/// Something that a server reports over the system account by itself. All texts are untrusted.
package struct SystemAdvisory: Sendable, Hashable {
    package enum Kind: Sendable, Hashable {
        /// The server is shutting down.
        case shutdown
        /// The server asks its clients to leave.
        case lameDuck
        case connected
        case disconnected(reason: String)
        /// A login failed.
        case refused(reason: String)
    }

    /// A client, as the server describes it.
    package struct Client: Sendable, Hashable {
        package let name: String
        package let host: String
        package let user: String
        package let account: String
    }

    package let kind: Kind
    /// The name of the server, or its id.
    package let server: String
    /// The client that the advisory is about.
    package let client: Client?

    /// The patterns of the subjects that advisories are published to.
    package static let patterns = [
        "$SYS.ACCOUNT.*.CONNECT", "$SYS.ACCOUNT.*.DISCONNECT", "$SYS.SERVER.*.SHUTDOWN", "$SYS.SERVER.*.LAMEDUCK",
        "$SYS.SERVER.*.CLIENT.AUTH.ERR",
    ]

    /// Parses an advisory.
    ///
    /// - Parameters:
    ///   - subject: The subject of the message.
    ///   - json: The payload, from an untrusted peer. Time is proportional to its size.
    /// - Returns: Nil if it is not an advisory.
    package init?(subject: String, json: [UInt8]) {
        guard let parts = Parts(json) else { return nil }
        // Older servers describe themselves at the top level of some advisories.
        var (server, top) = (parts.server ?? parts.top, parts.top)
        guard let id = server.text("id") else { return nil }
        self.server = server.text("name") ?? id
        let reason = top.text("reason") ?? ""
        if subject.hasSuffix(".CLIENT.AUTH.ERR") {
            kind = .refused(reason: reason)
        } else {
            switch subject.split(separator: ".").last {
            case "SHUTDOWN": kind = .shutdown
            case "LAMEDUCK": kind = .lameDuck
            case "CONNECT": kind = .connected
            case "DISCONNECT": kind = .disconnected(reason: reason)
            default: return nil
            }
        }
        client = parts.client.map { fields in
            var fields = fields
            return Client(
                name: fields.text("name") ?? "",
                host: fields.text("host") ?? "",
                user: fields.text("user") ?? "",
                account: fields.text("acc") ?? ""
            )
        }
    }

    private struct Parts {
        var top = AnswerFields([:])
        var server: AnswerFields?
        var client: AnswerFields?

        private static let textLimit = 256

        init?(_ json: [UInt8]) {
            do throws(JSONReader.ParseError) {
                var whole = JSONReader(json)
                top = try AnswerFields(&whole, textLimit: Self.textLimit)
                try whole.finish()
                var (server, client): (AnswerFields?, AnswerFields?)
                var reader = JSONReader(json)
                try reader.object { name, reader throws(JSONReader.ParseError) in
                    let isObject = try reader.peek() == UInt8(ascii: "{")
                    switch name {
                    case "server" where isObject: server = try AnswerFields(&reader, textLimit: Self.textLimit)
                    case "client" where isObject: client = try AnswerFields(&reader, textLimit: Self.textLimit)
                    default: try reader.skip()
                    }
                }
                (self.server, self.client) = (server, client)
            } catch {
                return nil
            }
        }
    }
}

extension SystemAdvisory {
    /// Whether a client was disconnected because it read too slowly.
    package var isSlowConsumer: Bool {
        if case .disconnected(let reason) = kind { reason.hasPrefix("Slow Consumer") } else { false }
    }
}
