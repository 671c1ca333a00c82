import NATSMonitoring
import NATSWire
import TerminalUI

/// The subscriptions to a topic that the servers list.
struct TopicSubscribers {
    /// The maximum number of subscriptions with a row.
    private static let named = 6

    /// One row for each subscription, one for the rest, and one for each server with a missing or incomplete list.
    let lines: [Line]

    struct Line: Sendable {
        let text: SafeText
        /// The server that lists the subscription.
        var jump: Jump?
    }

    init(_ topic: [UInt8], _ data: DashboardData) {
        var lines: [Line] = []
        var rest = 0
        for (cluster, listing) in data.servers.listings.sorted(by: { $0.key < $1.key }) {
            for entry in listing.entries where Self.covers(entry.subject, topic) {
                guard lines.count < Self.named else {
                    rest += 1
                    continue
                }
                let text = Self.line(entry, cluster, listing, data)
                lines.append(Line(text: text, jump: listing.server.map { .server(cluster: cluster, id: $0) }))
            }
        }
        if rest > 0 { lines.append(Line(text: "and \(rest) more")) }
        for (cluster, listing) in data.servers.listings.sorted(by: { $0.key < $1.key }) {
            let name = data.deployment.clusterName(cluster)
            if let failure = listing.failure { lines.append(Line(text: "\(name) did not answer: \(untrusted: failure)")) }
            if listing.isPart {
                lines.append(Line(text: "\(name) lists \(listing.entries.count) of \(listing.total): there may be more"))
            }
        }
        self.lines = lines
    }

    private static func line(
        _ entry: SubscriptionList.Entry,
        _ cluster: Int,
        _ listing: SubscriptionListing,
        _ data: DashboardData
    ) -> SafeText {
        let name: SafeText =
            switch listing.names[entry.connection] {
            case nil: "name not listed"
            case ""?: "no name"
            case let name?: SafeText(untrusted: name, maximumBytes: 64)
            }
        var line: SafeText = "\(name), cid \(entry.connection) on \(data.deployment.clusterName(cluster))"
        line += ", \(SafeText(untrusted: entry.subject, maximumBytes: 128))"
        if let group = entry.queueGroup { line += ", queue group \(SafeText(untrusted: group, maximumBytes: 64))" }
        return line
    }

    private static func covers(_ subject: String, _ topic: [UInt8]) -> Bool {
        guard let pattern = try? Subject.pattern(subject) else { return false }
        return topic.withUnsafeBytes { pattern.matches($0) }
    }
}
