import NATSMonitoring
import TerminalUI

/// The order of a server's connections. The server puts them in order by its counters before it cuts its list, the
/// console those listed by what it shows.
struct ConnectionSort: Sendable, Hashable {
    /// What can be sorted by, by the names that the server's endpoint and nats-top have for it.
    enum Column: String, Sendable, CaseIterable {
        case cid, name, host, lang, subs, pending
        case messagesTo = "msgs_to"
        case messagesFrom = "msgs_from"
        case bytesTo = "bytes_to"
        case bytesFrom = "bytes_from"
        case uptime, idle, rtt, reason
    }

    private(set) var column = Column.cid
    var isDescending = false

    /// The columns there are for open connections, or for closed ones.
    static func columns(closed: Bool) -> [Column] {
        Column.allCases.filter { closed ? ![.pending, .idle, .rtt].contains($0) : $0 != .reason }
    }

    /// Sorts by a column, in the direction that puts what matters first.
    mutating func sort(by column: Column) {
        self.column = column
        isDescending = ![.cid, .name, .host, .lang, .reason].contains(column)
    }

    /// Sorts by the next column there is.
    mutating func moveToNextColumn(closed: Bool) {
        let columns = Self.columns(closed: closed)
        let next = columns.firstIndex(of: column).map { columns[($0 + 1) % columns.count] }
        sort(by: next ?? .cid)
    }

    /// What to ask the server for, so that the first ones it lists are the ones to see. Where it cannot put those first that the
    /// console shows first, or only some are shown, all are asked for.
    func query(closed: Bool, isFiltered: Bool) -> ConnectionQuery {
        var query = ConnectionQuery()
        query.state = closed ? .closed : .open
        query.limit = isFiltered || !isOrderOfServer(closed: closed) ? ServerMonitoring.fullLimit : ServerMonitoring.limit
        // Of the many that were closed the newest matter.
        query.sort = closed ? .lastActivity : serverSort
        return query
    }

    /// Whether the first ones that the server lists are the first ones here.
    private func isOrderOfServer(closed: Bool) -> Bool {
        switch column {
        case .cid: closed ? isDescending : !isDescending
        case .subs, .pending, .uptime, .idle: isDescending && !closed
        // The server sorts these by what there was since the connection was made, the console by what there is now.
        case .messagesTo, .messagesFrom, .bytesTo, .bytesFrom: false
        case .name, .host, .lang, .rtt, .reason: false
        }
    }

    private var serverSort: ConnectionQuery.Sort {
        switch column {
        // Servers before 2.10 refuse to sort by round trip, as all of them do by name.
        case .cid, .name, .host, .lang, .reason, .rtt: .id
        case .subs: .subscriptions
        case .pending: .pending
        case .messagesTo: .messagesTo
        case .messagesFrom: .messagesFrom
        case .bytesTo: .bytesTo
        case .bytesFrom: .bytesFrom
        case .uptime: .uptime
        case .idle: .idle
        }
    }

    /// The rows in order; equal ones by their number.
    func sorted(_ rows: [MonitoredConnections.Row]) -> [MonitoredConnections.Row] {
        if let text {
            return rows.sorted { one, other in
                let (a, b) = (text(one.connection), text(other.connection))
                return a != b ? (a < b) != isDescending : one.id < other.id
            }
        }
        return rows.map { (key: number($0), row: $0) }
            .sorted { one, other in
                one.key != other.key ? (one.key < other.key) != isDescending : one.row.id < other.row.id
            }
            .map(\.row)
    }

    private var text: ((ServerConnection) -> String)? {
        switch column {
        case .name: { $0.name.lowercased() }
        case .host: { $0.address }
        case .lang: { "\($0.language) \($0.version)" }
        case .reason: { $0.closeReason ?? "" }
        default: nil
        }
    }

    private func number(_ row: MonitoredConnections.Row) -> Double {
        let connection = row.connection
        let traffic = connection.traffic
        return switch column {
        case .name, .host, .lang, .reason: 0
        case .cid: Double(connection.id)
        case .subs: Double(connection.subscriptions)
        case .pending: Double(connection.pendingBytes)
        // What the server received came from the connection.
        case .messagesTo: row.rates?.messagesOut ?? Double(traffic.messagesOut)
        case .messagesFrom: row.rates?.messagesIn ?? Double(traffic.messagesIn)
        case .bytesTo: row.rates?.bytesOut ?? Double(traffic.bytesOut)
        case .bytesFrom: row.rates?.bytesIn ?? Double(traffic.bytesIn)
        case .uptime: ServerTime.seconds(connection.uptime)
        case .idle: ServerTime.seconds(connection.idle)
        case .rtt: ServerTime.seconds(connection.roundTrip ?? "")
        }
    }
}

/// Times as a server writes them: `3d4h5m6s`, `1.25ms`, `350µs`.
enum ServerTime {
    private static let units: [(name: String, seconds: Double)] = [
        ("y", 31_536_000), ("d", 86_400), ("h", 3600), ("ms", 1e-3), ("µs", 1e-6), ("us", 1e-6), ("ns", 1e-9), ("m", 60),
        ("s", 1),
    ]

    /// The longest time that is shown: `1y234d12h34m56s`.
    private static let longest = 16

    /// The time as the server writes it, then its largest two units, then the largest.
    static func forms(_ text: String, _ glyphs: GlyphSet) -> [SafeText] {
        let whole = SafeText(untrusted: text, maximumBytes: 64)
        // What is no time says nothing here, however long it is.
        guard !text.isEmpty, whole.width <= longest, text == "0s" || seconds(text) > 0 else { return [glyphs.missing] }
        var groups: [SafeText] = []
        var group = ""
        for character in text {
            if let last = group.last, character.isNumber, last.isLetter {
                groups.append(SafeText(untrusted: group))
                group = ""
            }
            group.append(character)
        }
        groups.append(SafeText(untrusted: group))
        return [whole, groups.prefix(2).joined(), groups[0]]
    }

    /// The time in seconds; 0 for what is no time.
    static func seconds(_ text: String) -> Double {
        var rest = Substring(text)
        var total = 0.0
        while !rest.isEmpty {
            let digits = rest.prefix { ("0"..."9").contains($0) || $0 == "." }
            rest = rest.dropFirst(digits.count)
            guard let number = Double(digits), let unit = units.first(where: { rest.hasPrefix($0.name) }) else { return 0 }
            rest = rest.dropFirst(unit.name.count)
            total += number * unit.seconds
        }
        return total
    }
}
