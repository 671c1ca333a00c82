import ConsistentHashing
import Testing

/// The documented behavior of creating, comparing and changing rings.
@Suite struct RingChangeTests {
    private let topics = (0..<4000).map { "orders.\($0)" }

    private func named(_ names: String...) throws -> HashRing {
        try HashRing(naming: .name, nodes: names.map { HashRing.Node(name: $0) })
    }

    /// Returns the name of each topic's owner.
    private func owners(_ ring: HashRing) -> [String] {
        topics.map { ring.nodes[ring.index(of: $0)].name }
    }

    private func moved(_ one: HashRing, _ other: HashRing) -> Double {
        let pairs = zip(owners(one), owners(other))
        return Double(pairs.count { $0 != $1 }) / Double(topics.count)
    }

    // MARK: Name naming

    /// Computed independently of this code, from the rule: the text of a point is name, colon, replica number.
    @Test func `name naming follows its rule`() throws {
        let ring = try named("eu-1", "us-1", "ap-1")
        let owners = [
            "topic1": "ap-1", "topic4": "us-1", "orders.eu.12345": "ap-1", "": "ap-1", "日本語": "eu-1",
            "eu-1:10": "eu-1", "us-1:511": "us-1", "ap-1:0": "ap-1",
        ]
        for (topic, owner) in owners { #expect(ring.nodes[ring.index(of: topic)].name == owner, "\(topic)") }
        #expect(ring.shares.map(\.keys) == [6_253_951_783_829_534_472, 5_854_090_828_911_943_880, 6_338_701_460_968_073_264])
    }

    @Test func `the order of named nodes changes neither owners nor fingerprint`() throws {
        let one = try self.named("eu", "us", "ap")
        let other = try self.named("ap", "eu", "us")
        #expect(self.owners(one) == self.owners(other))
        #expect(one.fingerprint == other.fingerprint)
        #expect(one != other)
    }

    @Test func `adding or removing a named node moves only its share`() throws {
        let three = try self.named("eu", "us", "ap")
        let four = try three.adding(HashRing.Node(name: "sa"))
        for (before, after) in zip(owners(three), owners(four)) { #expect(after == before || after == "sa") }
        #expect(abs(moved(three, four) - four.shares[3].fraction) < 0.02)
        #expect(try four.removing(named: "sa") == three)
        #expect(try owners(four.removing(at: 0)) == owners(self.named("us", "ap", "sa")))
    }

    @Test func `names are distinguished by bytes`() throws {
        let ring = try self.named("caf\u{E9}", "cafe\u{301}")
        #expect(Set(ring.nodes).count == 2)
        #expect(try Array(ring.removing(named: "cafe\u{301}").nodes[0].name.utf8) == Array("caf\u{E9}".utf8))
    }

    // MARK: Index naming

    @Test func `index naming names nodes by position and ignores their own names`() throws {
        let nodes = [HashRing.Node(name: "eu", address: "eu:4222"), HashRing.Node(name: "eu", address: "us:4222")]
        let ring = try HashRing(naming: .index, nodes: nodes)
        #expect(ring.nodes.map(\.name) == ["0", "1"])
        #expect(ring.nodes.map(\.address) == ["eu:4222", "us:4222"])
        #expect(try owners(ring) == owners(HashRing(count: 2)))
    }

    @Test func `appending a fourth node moves a quarter of the topics, removing the first moves most`() throws {
        let three = try HashRing(count: 3)
        let four = try three.adding(HashRing.Node(name: "new"))
        #expect(abs(self.moved(three, four) - 0.25) < 0.02)
        #expect(four.nodes.map(\.name) == ["0", "1", "2", "3"])

        // By host: after the first one is removed, the position of each other host decreases by one.
        let hosts = (0..<4).map { HashRing.Node(name: "", address: "host\($0):4222") }
        let before = try HashRing(naming: .index, nodes: hosts)
        let after = try before.removing(at: 0)
        #expect(after.nodes.map(\.address) == ["host1:4222", "host2:4222", "host3:4222"])
        let moved = self.topics.count { topic in
            before.nodes[before.index(of: topic)].address != after.nodes[after.index(of: topic)].address
        }
        #expect(Double(moved) / Double(self.topics.count) > 0.7)
    }

    // MARK: Shares

    @Test func `the only node owns all keys`() throws {
        let shares = try HashRing(count: 1).shares
        #expect(shares.map(\.keys) == [1 << 64])
        #expect(shares.map(\.fraction) == [1])
    }

    @Test(arguments: [2, 3, 12, 16])
    func `shares add up to the whole circle`(count: Int) throws {
        #expect(try HashRing(count: count).shares.reduce(0) { $0 + $1.keys } == 1 << 64)
    }

    // MARK: Fingerprint

    /// Each value is the beginning of the output of `printf '%s' TEXT | sha256sum` for the text next to it.
    @Test func `fingerprints are those of the documented encoding`() throws {
        // 15:roulette-ring-1,5:index,3:512,1:0,0:,1:1,0:,1:2,0:,
        #expect(try HashRing(count: 3).fingerprint == "9824ec8c")
        // 15:roulette-ring-1,5:index,3:512,1:0,15:eu.example:4222,1:1,15:us.example:4222,
        let addressed = [
            HashRing.Node(name: "eu", address: "eu.example:4222"), HashRing.Node(name: "us", address: "us.example:4222"),
        ]
        #expect(try HashRing(naming: .index, nodes: addressed).fingerprint == "63c56110")
        // 15:roulette-ring-1,4:name,3:512,2:eu,4:zür,
        #expect(try named("zür", "eu").fingerprint == "d920e882")
    }

    @Test func `index naming distinguishes two orders of the same hosts`() throws {
        let nodes = ["a:1", "b:1", "c:1"].map { HashRing.Node(name: "", address: $0) }
        let one = try HashRing(naming: .index, nodes: nodes)
        let other = try HashRing(naming: .index, nodes: nodes.reversed())
        #expect(one.fingerprint != other.fingerprint)
    }

    @Test func `cluster identities give the same fingerprint for different spellings of the addresses`() throws {
        func ring(_ addresses: String...) throws -> HashRing {
            try HashRing(naming: .index, nodes: addresses.map { HashRing.Node(name: "", address: $0) })
        }
        let one = try ring("127.0.0.1:1", "eu.example.org:2")
        let other = try ring("localhost:1", "EU.example.org.:2")
        #expect(one.fingerprint != other.fingerprint)
        // 15:roulette-ring-2,5:index,3:512,1:0,4:east,1:1,4:west,
        for ring in [one, other] {
            let known = ring.fingerprint(identities: ["east", "west"])
            #expect(known.text == "4a0cb834")
            #expect(!known.isProvisional)
            #expect(ring.fingerprint(identities: ["west", "east"]).text != known.text, "the order of the nodes matters")
            for missing in [["east", nil], [nil, nil], []] as [[String?]] {
                let provisional = ring.fingerprint(identities: missing)
                #expect(provisional.text == ring.fingerprint)
                #expect(provisional.isProvisional)
            }
        }
        let named = try self.named("eu", "us").fingerprint(identities: [nil, "west"])
        #expect(!named.isProvisional, "it does not depend on addresses")
        #expect(named.text == (try self.named("us", "eu").fingerprint))
    }

    // MARK: Errors

    private func code(_ body: () throws -> HashRing) -> HashRingError.Code? {
        do {
            _ = try body()
            return nil
        } catch {
            return (error as? HashRingError)?.code
        }
    }

    @Test func `invalid rings are rejected with a code`() throws {
        let three = try self.named("eu", "us", "ap")
        #expect(self.code { try HashRing(count: 0) } == .noNodes)
        #expect(self.code { try HashRing(count: -1) } == .noNodes)
        #expect(self.code { try HashRing(count: .max) } == .tooManyNodes)
        #expect(self.code { try HashRing(naming: .index, nodes: []) } == .noNodes)
        #expect(self.code { try HashRing(count: 1).removing(at: 0) } == .noNodes)
        #expect(self.code { try self.named("eu", "") } == .emptyName)
        #expect(self.code { try three.adding(HashRing.Node(name: "us")) } == .duplicateName)
        #expect(self.code { try three.removing(at: 3) } == .unknownNode)
        #expect(self.code { try three.removing(at: -1) } == .unknownNode)
        #expect(self.code { try three.removing(named: "sa") } == .unknownNode)
        let many = [HashRing.Node](repeating: HashRing.Node(name: ""), count: HashRing.maximumNodes + 1)
        #expect(self.code { try HashRing(naming: .index, nodes: many) } == .tooManyNodes)
    }

    @Test func `messages describe the remedy and contain no control characters`() throws {
        let error = try #require(throws: HashRingError.self) { try self.named("a", "b\u{1B}[2J", "c", "b\u{1B}[2J") }
        #expect(
            error.description == """
                the nodes at positions 1 and 3 are both named "b\\u{1B}[2J": \
                give each its own name, or use "index" naming
                """
        )
    }
}
