/// Knows what the servers of each entry of the configuration call their cluster, and finds load balancers that lead to a wrong
/// one.
///
/// Equal names alone are no alarm, because separate clusters may have the same name. Two entries lead to the same cluster if
/// they share a server, or if one of them announces a server of the other.
struct ClusterIdentities {
    /// What a connection that is up says about the cluster it leads to.
    struct Report: Equatable {
        let serverID: String
        /// The name of the cluster, or nil if the server is not part of one.
        let clusterName: String?
        let announced: [String]
    }

    /// What changed with an update.
    struct Changes: Equatable {
        var begun: [IdentityAlarm] = []
        var ended: [IdentityAlarm] = []
    }

    private let clusters: [Cluster]
    private var entries: [Entry]
    private(set) var alarms: [IdentityAlarm] = []

    init(_ clusters: [Cluster]) {
        self.clusters = clusters
        entries = clusters.map { Entry($0) }
    }

    /// Takes in what the connections to a cluster say that are up. Without any, what they said last stays.
    mutating func update(_ reports: [Report], of cluster: Int) -> Changes {
        guard !reports.isEmpty, reports != entries[cluster].reports else { return Changes() }
        entries[cluster].reports = reports
        let old = alarms
        alarms = findAlarms()
        for index in entries.indices where !alarms.contains(where: { $0.cluster.index == index || $0.other?.index == index }) {
            entries[index].home = entries[index].name ?? entries[index].home
        }
        var changes = Changes()
        changes.begun = alarms.filter { alarm in !old.contains { $0.isSame(as: alarm) } }
        // An alarm that another one replaces has not ended.
        changes.ended = old.filter { alarm in
            !alarms.contains { $0.isSame(as: alarm) } && !changes.begun.contains { $0.cluster == alarm.cluster }
        }
        return changes
    }

    /// Returns the index of the entry whose cluster a server belongs to.
    ///
    /// - Parameters:
    ///   - report: What the server says.
    ///   - entry: The index of the entry through which it was reached.
    /// - Returns: nil if the cluster is in no entry.
    func owner(of report: Report, reachedThrough entry: Int) -> Int? {
        // Without a connection, the server is the last known one.
        guard let expected = entries[entry].name ?? entries[entry].home ?? report.clusterName else { return owner(entry) }
        guard report.clusterName == expected else {
            guard let name = report.clusterName else { return nil }
            if let named = clusters.firstIndex(where: { $0.name == name }) { return named }
            let candidates = entries.indices.filter { entries[$0].name == name && $0 != entry }
            return candidates.count == 1 ? candidates[0] : nil
        }
        return owner(entry)
    }

    /// Returns the index of the entry whose cluster an entry leads to.
    private func owner(_ entry: Int) -> Int {
        guard let alarm = alarms.first(where: { $0.cluster.index == entry && $0.kind != .mixedClusters }) else { return entry }
        var owner = alarm.other?.index ?? entry
        // Several entries may lead to the same cluster. Only one of them owns it.
        for _ in entries {
            let next = alarms.first { $0.cluster.index == owner && $0.kind == .sameCluster }?.other?.index
            guard let next, next != entry else { break }
            owner = next
        }
        return owner
    }

    // MARK: Alarms

    private func findAlarms() -> [IdentityAlarm] {
        var alarms = entries.flatMap(\.mixed)
        for (index, entry) in entries.enumerated() {
            for other in entries.dropFirst(index + 1) where entry.shares(with: other) {
                let (wrong, right) = entry.isRightful(rather: other) ? (other, entry) : (entry, other)
                // One alarm for each wrong entry, also if several lead to the same cluster.
                guard !alarms.contains(where: { $0.kind == .sameCluster && $0.cluster == wrong.cluster }) else { continue }
                alarms.append(
                    IdentityAlarm(
                        kind: .sameCluster,
                        cluster: wrong.cluster,
                        other: right.cluster,
                        reported: wrong.name ?? "",
                        expected: nil,
                        connections: wrong.reports.count
                    )
                )
            }
        }
        for entry in entries {
            guard let name = entry.name, name != entry.cluster.name, let other = clusters.first(where: { $0.name == name }),
                !alarms.contains(where: { $0.kind == .sameCluster && $0.cluster == entry.cluster && $0.other == other })
            else { continue }
            alarms.append(
                IdentityAlarm(
                    kind: .otherEntry,
                    cluster: entry.cluster,
                    other: other,
                    reported: name,
                    expected: nil,
                    connections: entry.reports.count
                )
            )
        }
        return alarms
    }
}

/// An entry of the configuration, and what its connections say.
private struct Entry {
    let cluster: Cluster
    /// What the servers called their cluster when the entry last had no alarm.
    var home: String?
    var reports: [ClusterIdentities.Report] = [] {
        didSet {
            names = Dictionary(reports.compactMap(\.clusterName).map { ($0, 1) }, uniquingKeysWith: +)
            name = names.max { (claim(of: $0.key), $0.value, $1.key) < (claim(of: $1.key), $1.value, $0.key) }?.key
        }
    }
    /// The number of connections for each name.
    private var names: [String: Int] = [:]
    /// The name of the entry itself, if a connection reports it, or else the earlier name, or else the one that most connections
    /// report.
    private(set) var name: String?

    init(_ cluster: Cluster) {
        self.cluster = cluster
    }

    private func claim(of name: String) -> Int { name == cluster.name ? 2 : name == home ? 1 : 0 }

    /// An alarm for each name but the right one.
    var mixed: [IdentityAlarm] {
        names.filter { $0.key != name }.sorted { $0.key < $1.key }.map { reported, count in
            IdentityAlarm(
                kind: .mixedClusters,
                cluster: cluster,
                other: nil,
                reported: reported,
                expected: name,
                connections: count
            )
        }
    }

    func shares(with other: Entry) -> Bool {
        // A connection to the wrong cluster is an alarm of its own.
        let (mine, theirs) = (reports.filter { $0.clusterName == name }, other.reports.filter { $0.clusterName == other.name })
        guard name == other.name, !mine.isEmpty, !theirs.isEmpty else { return false }
        let ids = Set(mine.map(\.serverID)).intersection(theirs.map(\.serverID))
        return !ids.isEmpty || !Set(mine.flatMap(\.announced)).isDisjoint(with: theirs.flatMap(\.announced))
    }

    /// Whether the cluster that both lead to belongs to this entry.
    func isRightful(rather other: Entry) -> Bool {
        if (cluster.name == name) != (other.cluster.name == name) { return cluster.name == name }
        return home == name && other.home != name
    }
}
