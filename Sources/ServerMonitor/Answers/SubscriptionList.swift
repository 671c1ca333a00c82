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

    /// The id of the server that answered; empty if it did not say.
    public var serverID = ""
    /// How many there are, also beyond those listed.
    public var total = 0
    /// Those listed.
    public var entries: [Entry] = []
    /// What of the answer is not among ``entries``.
    public var gaps = ListGaps()

    /// Reads the answer of `/subsz`.
    ///
    /// - Parameters:
    ///   - json: The answer, of any peer: it costs time and memory in proportion to its bytes and to `limit`.
    ///   - limit: How many subscriptions were asked for; of more the rest is counted in ``ListGaps/surplus``.
    ///   - isCutOff: Whether the bytes may end before the answer does.
    /// - Throws: ``MonitorError/Code/answer`` when it is no such answer.
    public init(json: [UInt8], limit: Int, isCutOff: Bool = false) throws(MonitorError) {
        do throws(JSONReader.Failure) {
            var list = try AnswerList<Entry>(json, list: "subscriptions_list", limit: limit, isCutOff: isCutOff)
            serverID = list.fields.text("server_id") ?? ""
            (entries, gaps) = (list.rows, list.gaps)
            // What the server calls total is how many it lists.
            total = max(list.fields.count("num_subscriptions"), entries.count + gaps.unreadable + gaps.surplus)
        } catch {
            throw MonitorError(error, "/subsz")
        }
    }

    /// No subscription.
    public init() {}
}

extension SubscriptionList.Entry: AnswerRow {
    /// The longest subject that a server takes in its usual configuration.
    static let textLimit = 4096

    init?(_ fields: inout AnswerFields) {
        // A part of a subject would be another subject.
        guard let subject = fields.wholeText("subject"), !subject.isEmpty else { return nil }
        self.subject = subject
        queueGroup = fields.text("qgroup")
        connection = fields.number("cid")
        messages = fields.number("msgs")
    }
}
