/// The subscriptions of a server (`/subsz?subs=1`).
public struct SubscriptionList: Sendable, Hashable {
    /// A subscription. Its texts come from the peer and are untrusted.
    public struct Entry: Sendable, Hashable {
        /// The subject or pattern.
        public var subject = ""
        /// The queue group, if the subscription belongs to one.
        public var queueGroup: String?
        /// The id of the connection that subscribed.
        public var connection: UInt64 = 0
        /// Messages delivered to the subscription.
        public var messages: UInt64 = 0
    }

    /// The id of the server that answered; empty if the answer has none.
    public var serverID = ""
    /// The total number of subscriptions, including those not listed.
    public var total = 0
    /// The listed subscriptions.
    public var entries: [Entry] = []
    /// The parts of the answer that are missing from ``entries``.
    public var gaps = ListGaps()

    /// Parses the answer of `/subsz`.
    ///
    /// - Parameters:
    ///   - json: The answer, from an untrusted peer. Time and memory are proportional to its size and to `limit`.
    ///   - limit: The number of subscriptions requested. Further rows are counted in ``ListGaps/surplus``.
    ///   - isCutOff: Whether the bytes may end before the answer does.
    /// - Throws: ``MonitorError/Code/answer`` if the bytes are not such an answer.
    public init(json: [UInt8], limit: Int, isCutOff: Bool = false) throws(MonitorError) {
        do throws(JSONReader.ParseError) {
            var list = try AnswerList<Entry>(json, list: "subscriptions_list", limit: limit, isCutOff: isCutOff)
            serverID = list.fields.text("server_id") ?? ""
            (entries, gaps) = (list.rows, list.gaps)
            // The server's `total` is the number of rows in the answer, not of all subscriptions.
            total = max(list.fields.count("num_subscriptions"), entries.count + gaps.unreadable + gaps.surplus)
        } catch {
            throw MonitorError(error, "/subsz")
        }
    }

    /// Creates an empty list.
    public init() {}
}

extension SubscriptionList.Entry: AnswerRow {
    /// The longest subject that a server accepts in its default configuration.
    static let textLimit = 4096

    init?(_ fields: inout AnswerFields) {
        // A truncated subject would be a different subject.
        guard let subject = fields.wholeText("subject"), !subject.isEmpty else { return nil }
        self.subject = subject
        queueGroup = fields.text("qgroup")
        connection = fields.number("cid")
        messages = fields.number("msgs")
    }
}
