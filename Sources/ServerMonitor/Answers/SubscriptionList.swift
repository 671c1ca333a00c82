/// Subscriptions of a server (`/subsz?subs=1`).
public struct SubscriptionList: Sendable, Hashable {
    /// One subscription. Its text is the peer's word: untrusted.
    public struct Entry: Sendable, Hashable {
        /// The subject or pattern.
        public var subject = ""
        /// The queue group, if it is in one.
        public var queueGroup: String?
        /// The id of the connection that made it.
        public var connection: UInt64 = 0
        /// Messages delivered to it.
        public var messages: UInt64 = 0
    }

    /// How many there are, also beyond those listed.
    public var total = 0
    /// Those listed.
    public var entries: [Entry] = []
}

extension SubscriptionList: Decodable {
    /// Reads the answer of `/subsz`.
    public init(from decoder: any Decoder) throws {
        let fields = try AnswerContainer(decoder)
        entries = try fields.list("subscriptions_list")
        // What the server calls total is how many it lists.
        total = max(try fields.count("num_subscriptions"), entries.count)
    }
}

extension SubscriptionList.Entry: Decodable {
    /// Reads one entry of the answer of `/subsz`.
    public init(from decoder: any Decoder) throws {
        let fields = try AnswerContainer(decoder)
        subject = try fields.text("subject") ?? ""
        queueGroup = try fields.text("qgroup")
        connection = try fields.number("cid")
        messages = try fields.number("msgs")
    }
}

/// Whether a server considers itself well (`/healthz`).
public struct ServerHealth: Sendable, Hashable, Decodable {
    /// `ok`, or what is wrong.
    public let status: String
    /// More about what is wrong, if it says so. Untrusted text.
    public let error: String?

    /// Whether it is well.
    public var isWell: Bool { status == "ok" }
}
