import Testing

@testable import Roulette

@Suite("Load balancers that lead to the wrong cluster")
struct ClusterIdentitiesTests {
    private static let clusters = ["alpha", "beta", "gamma"].enumerated().map { index, name in
        Cluster(index: index, name: name, address: "\(name):4222")
    }

    private typealias Report = ClusterIdentities.Report

    /// A connection to a server such as `beta-2`.
    private func report(_ server: String, cluster: String?? = .none, announced: [String] = []) -> Report {
        let name = cluster ?? String(server.prefix { $0 != "-" })
        return Report(serverID: server, clusterName: name, announced: announced)
    }

    /// What the connections of all entries say.
    private func identities(_ reports: [[Report]], after earlier: ClusterIdentities? = nil) -> ClusterIdentities {
        var identities = earlier ?? ClusterIdentities(Self.clusters)
        for (index, reports) in reports.enumerated() { _ = identities.update(reports, of: index) }
        return identities
    }

    private func alarms(_ reports: [[Report]], after earlier: ClusterIdentities? = nil) -> [String] {
        identities(reports, after: earlier).alarms.map(\.description)
    }

    /// Three entries, each of which leads to a cluster of its own with a name that is in no entry.
    private var home: ClusterIdentities { identities([[report("x-1")], [report("y-1")], [report("z-1")]]) }

    // MARK: Alarms

    @Test
    func `a sound deployment has none`() {
        #expect(alarms([[report("alpha-1"), report("alpha-2")], [report("beta-1")], [report("gamma-1")]]) == [])
        #expect(home.alarms == [])
    }

    @Test
    func `servers without a cluster have none`() {
        #expect(alarms([[report("a", cluster: .some(nil))], [report("b", cluster: .some(nil))]]) == [])
    }

    @Test
    func `two entries that lead to the same single server`() {
        let single = report("a", cluster: .some(nil))
        #expect(alarms([[single], [single]]) == ["alpha leads to the same cluster as beta"])
    }

    @Test
    func `one connection that leads elsewhere`() {
        #expect(
            alarms([[report("alpha-1"), report("alpha-2"), report("beta-1")], [report("beta-2")]])
                == ["1 connection of alpha leads to the cluster beta, the others to alpha"]
        )
    }

    @Test
    func `the connections that lead elsewhere are the wrong ones, also if they are more`() {
        let wrong = ["y-1", "y-2", "y-3"].map { report($0) }
        let found = alarms([wrong + [report("x-1")]], after: home)
        #expect(found == ["3 connections of alpha lead to the cluster y, the others to x"])
    }

    @Test
    func `an entry that leads to the cluster of another one`() {
        #expect(alarms([[report("beta-1")], [], [report("gamma-1")]]) == ["alpha leads to the cluster of beta"])
    }

    @Test
    func `two entries that share a server lead to the same cluster, and the one with another name is wrong`() {
        #expect(alarms([[report("beta-1")], [report("beta-1")]]) == ["alpha leads to the same cluster as beta"])
        #expect(alarms([[report("alpha-1")], [report("alpha-1")]]) == ["beta leads to the same cluster as alpha"])
    }

    @Test
    func `two entries that lead to the same cluster: the one that led elsewhere before is wrong`() {
        let shared = report("x-1")
        #expect(
            alarms([[shared], [shared]], after: home) == ["beta leads to the same cluster as alpha, which its servers call x"]
        )
        let other = report("y-1")
        #expect(
            alarms([[other], [other]], after: home) == ["alpha leads to the same cluster as beta, which its servers call y"]
        )
    }

    @Test
    func `two entries whose servers announce each other lead to the same cluster`() {
        let addresses = ["10.0.0.1:4222", "10.0.0.2:4222"]
        let found = alarms([[report("n-1", announced: addresses)], [report("n-2", announced: addresses)]])
        #expect(found == ["beta leads to the same cluster as alpha, which its servers call n"])
    }

    @Test
    func `separate clusters may have the same name`() {
        #expect(alarms([[report("nats-1", announced: ["a:1"])], [report("nats-2", announced: ["b:1"])]]) == [])
    }

    @Test
    func `two entries that were swapped`() {
        #expect(
            alarms([[report("beta-1")], [report("alpha-1")]])
                == ["alpha leads to the cluster of beta", "beta leads to the cluster of alpha"]
        )
    }

    // MARK: Beginning and end

    @Test
    func `an alarm begins once and ends once, and one that another one replaces does not end`() {
        var identities = identities([[report("alpha-1"), report("alpha-2")], [report("beta-1")]])
        let mixed = identities.update([report("alpha-1"), report("beta-1")], of: 0)
        #expect(mixed.begun.map(\.kind) == [.mixedClusters] && mixed.ended == [])
        #expect(identities.update([report("alpha-1"), report("beta-1"), report("beta-1")], of: 0) == .init())
        let same = identities.update([report("beta-1"), report("beta-1")], of: 0)
        #expect(same.begun.map(\.kind) == [.sameCluster] && same.ended == [])
        #expect(identities.update([], of: 0) == .init(), "nothing is known while no connection is up")
        let over = identities.update([report("alpha-1")], of: 0)
        #expect(over.begun == [] && over.ended.map(\.kind) == [.sameCluster])
    }

    // MARK: Owners

    @Test
    func `a server belongs to the entry that leads to its cluster`() {
        let identities = identities([[report("alpha-1")], [report("beta-1")]])
        #expect(identities.owner(of: report("alpha-1"), reachedThrough: 0) == 0)
        #expect(identities.owner(of: report("beta-1"), reachedThrough: 1) == 1)
        // Before any connection is up.
        #expect(identities.owner(of: report("gamma-1"), reachedThrough: 2) == 2)
    }

    @Test
    func `a server that is reached through a wrong entry belongs to the right one`() {
        let mixed = identities([[report("alpha-1"), report("beta-1")], [report("beta-1")]])
        #expect(mixed.owner(of: report("beta-1"), reachedThrough: 0) == 1)
        #expect(mixed.owner(of: report("alpha-1"), reachedThrough: 0) == 0)
        let same = identities([[report("y-1")], [report("y-1")]], after: home)
        #expect(same.owner(of: report("y-1"), reachedThrough: 0) == 1)
        #expect(same.owner(of: report("y-1"), reachedThrough: 1) == 1)
        let swapped = identities([[report("beta-1")], [report("alpha-1")]])
        #expect(swapped.owner(of: report("beta-1"), reachedThrough: 0) == 1)
        #expect(swapped.owner(of: report("alpha-1"), reachedThrough: 1) == 0)
    }

    @Test
    func `a server of a cluster that is in no entry belongs to none`() {
        let identities = identities([[report("alpha-1"), report("staging-1")], [report("beta-1")]])
        #expect(identities.owner(of: report("staging-1"), reachedThrough: 0) == nil)
    }

    @Test
    func `of three entries that lead to the same cluster, one owns it`() {
        let shared = report("x-1")
        let identities = identities([[shared], [shared], [shared]], after: home)
        #expect((0..<3).map { identities.owner(of: shared, reachedThrough: $0) } == [0, 0, 0])
        let fresh = self.identities([[shared], [shared], [shared]])
        #expect(Set((0..<3).map { fresh.owner(of: shared, reachedThrough: $0) }).count == 1)
    }
}
