import NATSMonitoring
import Settings
import TerminalUI

/// The columns of a server's connections, as in nats-top. The raw value is the name of the column in the server's endpoint, in
/// nats-top and in `:sort`.
enum ClientColumn: String, TableColumn {
    case cid, name, host, lang, subs, pending
    case messagesTo = "msgs_to"
    case messagesFrom = "msgs_from"
    case bytesTo = "bytes_to"
    case bytesFrom = "bytes_from"
    case uptime, idle, rtt, reason

    var definition: ColumnDefinition<Self> {
        switch self {
        case .cid:
            // The server lists open connections by ascending number, and closed connections by descending time of closing.
            .init(
                "CID",
                .fixed(6, importance: 96),
                sorting: .number(isDescending: false, isServers: { $0 == $1 }) { Double($0.connection.id) }
            ) { row, context in .figure(SafeText(number: row.connection.id), style: context.theme[.muted]) }
        case .name:
            .init("NAME", width: { .fill(minimum: $0.width < 40 ? 7 : 14) }, sorting: .text { $0.name.lowercased() }) {
                row,
                context in
                context.text(row.connection.name)
            }
        case .host:
            .init("HOST", .flexible(minimum: 15, ideal: 21, importance: 70), sorting: .text { $0.address }) { row, context in
                context.host(row.connection.address)
            }
        case .lang:
            .init(
                "LANG",
                .flexible(minimum: 8, ideal: 16, importance: 45),
                sorting: .text { "\($0.language) \($0.version)" }
            ) { row, context in context.text("\(row.connection.language) \(row.connection.version)".trimmed) }
        case .subs:
            .init(
                "SUBS",
                .fixed(5, importance: 75),
                .right,
                sorting: .server(.subscriptions) { Double($0.connection.subscriptions) }
            ) { row, _ in .figure(.count(row.connection.subscriptions)) }
        case .pending:
            .init(
                "PENDING",
                .fixed(7, importance: 80),
                .right,
                sorting: .server(.pending, lists: .open) { Double($0.connection.pendingBytes) }
            ) { row, context in
                let pending = row.connection.pendingBytes
                return .figure(.bytes(pending), style: pending > 0 ? context.theme[.severityWarn] : .plain)
            }
        // The server sorts by totals, the console by current rates. Messages out of the server go to the connection.
        case .messagesTo:
            .init(
                heading: { "TO\($0.per)" },
                width: { _ in .fixed(6, importance: 90) },
                alignment: .right,
                sorting: .number(.messagesTo) { $0.rates?.messagesOut ?? Double($0.connection.traffic.messagesOut) }
            ) { row, context in
                context.figure(row.rates?.messagesOut, total: row.connection.traffic.messagesOut) { .count($0) }
            }
        case .messagesFrom:
            .init(
                heading: { "FROM\($0.per)" },
                width: { _ in .fixed(6, importance: 91) },
                alignment: .right,
                sorting: .number(.messagesFrom) { $0.rates?.messagesIn ?? Double($0.connection.traffic.messagesIn) }
            ) { row, context in
                context.figure(row.rates?.messagesIn, total: row.connection.traffic.messagesIn) { .count($0) }
            }
        case .bytesTo:
            .init(
                heading: { "B TO\($0.per)" },
                width: { _ in .fixed(8, importance: 62) },
                alignment: .right,
                sorting: .number(.bytesTo) { $0.rates?.bytesOut ?? Double($0.connection.traffic.bytesOut) }
            ) { row, context in context.figure(row.rates?.bytesOut, total: row.connection.traffic.bytesOut) { .bytes($0) } }
        case .bytesFrom:
            .init(
                heading: { "B FROM\($0.per)" },
                width: { _ in .fixed(8, importance: 62) },
                alignment: .right,
                sorting: .number(.bytesFrom) { $0.rates?.bytesIn ?? Double($0.connection.traffic.bytesIn) }
            ) { row, context in context.figure(row.rates?.bytesIn, total: row.connection.traffic.bytesIn) { .bytes($0) } }
        case .uptime:
            .init(
                "UPTIME",
                .fixed(8, importance: 60),
                sorting: .server(.uptime) { ServerTime.seconds($0.connection.uptime) }
            ) { row, context in .figure(ServerTime.forms(row.connection.uptime, context.glyphs)) }
        case .idle:
            .init(
                "IDLE",
                .fixed(6, importance: 40),
                sorting: .server(.idle, lists: .open) { ServerTime.seconds($0.connection.idle) }
            ) { row, context in .figure(ServerTime.forms(row.connection.idle, context.glyphs)) }
        case .rtt:
            // Servers before 2.10 refuse to sort by round trip.
            .init(
                "RTT",
                .fixed(8, importance: 50),
                .right,
                sorting: .number(lists: .open) { ServerTime.seconds($0.connection.roundTrip ?? "") }
            ) { row, context in
                let seconds = ServerTime.seconds(row.connection.roundTrip ?? "")
                let isKnown = seconds > 0 && seconds < 1e6
                return .figure(isKnown ? .duration(.seconds(seconds)) : context.glyphs.missing)
            }
        case .reason:
            .init(
                "REASON",
                .flexible(minimum: 12, ideal: 28, importance: 95),
                sorting: .text(lists: .closed) { $0.closeReason ?? "" }
            ) { row, context in .text(context.shown(row.connection.closeReason), style: context.theme[.severityWarn]) }
        }
    }

    typealias Row = MonitoredConnections.Row

    /// Returns the columns of the open or the closed connections.
    static func listed(closed: Bool) -> [ClientColumn] {
        allCases.filter { $0.sorting.lists.contains(closed ? .closed : .open) }
    }

    /// The sorting of this column. Every column has one.
    var sorting: Sorting { definition.sorting ?? .text { _ in "" } }
}

extension ClientColumn {
    /// The context of the columns.
    struct Context {
        let theme: Theme
        let glyphs: GlyphSet
        let width: Int
        /// Whether the connections are closed. Totals are then shown, because there are no rates.
        let isClosed: Bool

        var per: SafeText { isClosed ? "" : "/s" }

        /// The maximum length of an address: IPv6 with brackets and a port.
        private static let longestAddress = 47

        func shown(_ text: String?) -> SafeText {
            guard let text, !text.isEmpty else { return glyphs.missing }
            return SafeText(untrusted: text, maximumBytes: 256)
        }

        func text(_ text: String?) -> Table.Item { .text(shown(text)) }

        func figure(_ rate: Double?, total: UInt64, _ format: (Double) -> SafeText) -> Table.Item {
            if isClosed { return .figure(format(Double(total))) }
            return .figure(rate.map(format) ?? glyphs.missing)
        }

        /// Returns an address, which is shown without its port in a narrow column.
        func host(_ address: String) -> Table.Item {
            let whole = SafeText(untrusted: address, maximumBytes: 256)
            guard !address.isEmpty, whole.width <= Self.longestAddress else {
                return .text(address.isEmpty ? glyphs.missing : whole)
            }
            let port = address.lastIndex(of: ":") ?? address.endIndex
            return .figure(whole, SafeText(untrusted: String(address[..<port])))
        }
    }

    /// The lists of connections that have a column.
    struct Lists: OptionSet, Sendable {
        let rawValue: UInt8

        static let open = Lists(rawValue: 1)
        static let closed = Lists(rawValue: 2)
        static let both: Lists = [.open, .closed]
    }

    /// The sorting of connections by a column.
    struct Sorting {
        /// The values to compare.
        enum Key {
            case text((ServerConnection) -> String)
            case number((MonitoredConnections.Row) -> Double)
        }

        let key: Key
        /// Whether the standard direction is descending.
        let isDescending: Bool
        /// The order to request from the server.
        let server: ConnectionQuery.Sort
        let lists: Lists
        /// Returns whether the server and the console list the same connections first, for a direction and for open or closed
        /// connections.
        let isServers: (_ isDescending: Bool, _ isClosed: Bool) -> Bool

        /// Sorts by a text. Servers do not sort by texts.
        static func text(lists: Lists = .both, _ key: @escaping (ServerConnection) -> String) -> Sorting {
            Sorting(key: .text(key), isDescending: false, server: .id, lists: lists, isServers: { _, _ in false })
        }

        /// Sorts by a figure that the server sorts by in a different way.
        static func number(
            _ server: ConnectionQuery.Sort = .id,
            lists: Lists = .both,
            isDescending: Bool = true,
            isServers: @escaping (_ isDescending: Bool, _ isClosed: Bool) -> Bool = { _, _ in false },
            _ key: @escaping (MonitoredConnections.Row) -> Double
        ) -> Sorting {
            Sorting(key: .number(key), isDescending: isDescending, server: server, lists: lists, isServers: isServers)
        }

        /// Sorts by a figure that the server also sorts open connections by, the largest first.
        static func server(
            _ server: ConnectionQuery.Sort,
            lists: Lists = .both,
            _ key: @escaping (MonitoredConnections.Row) -> Double
        ) -> Sorting {
            .number(server, lists: lists, isServers: { $0 && !$1 }, key)
        }
    }
}

extension String {
    fileprivate var trimmed: String {
        String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}
