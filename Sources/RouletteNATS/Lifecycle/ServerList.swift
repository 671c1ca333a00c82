/// The addresses that attempts use in turn: the configured addresses and, if enabled, those that servers announced.
struct ServerList {
    /// More than any cluster has. It bounds the memory that a server can use up.
    static let maxDiscovered = 64

    /// The configured addresses that are equally good, at least one, in the order of the current round.
    private var seeds: [NATSClientConfiguration.Address]
    /// The configured addresses to try after the seeds, in order.
    private let alternatives: [NATSClientConfiguration.Address]
    private let usesDiscovered: Bool
    private(set) var discovered: [NATSClientConfiguration.Address] = []
    private var randomness: any RandomNumberGenerator & Sendable
    private var next = 0
    /// The address of the last connection that was established.
    private var last: NATSClientConfiguration.Address?

    init(
        seeds: [NATSClientConfiguration.Address],
        alternatives: [NATSClientConfiguration.Address] = [],
        usesDiscovered: Bool,
        randomness: any RandomNumberGenerator & Sendable
    ) {
        self.seeds = seeds
        self.alternatives = alternatives
        self.usesDiscovered = usesDiscovered
        self.randomness = randomness
    }

    private var configured: [NATSClientConfiguration.Address] { seeds + alternatives }

    /// Returns the address for the next attempt. A round has the seeds in a random order, then their alternatives, then the
    /// announced addresses.
    mutating func takeNext() -> NATSClientConfiguration.Address {
        let all = configured.count + discovered.count
        if next >= all { next = 0 }
        if next == 0 { shuffle() }
        defer { next += 1 }
        if next < seeds.count { return seeds[next] }
        return next < configured.count ? alternatives[next - seeds.count] : discovered[next - configured.count]
    }

    /// Orders the seeds for a round. The server of the last connection comes last: either the connection to it was lost, or a
    /// connection to another server is wanted.
    private mutating func shuffle() {
        guard seeds.count > 1 else { return }
        seeds.shuffle(using: &randomness)
        guard let last, let index = seeds.firstIndex(of: last) else { return }
        seeds.append(seeds.remove(at: index))
    }

    /// Starts the next round with the seeds, because one of them may be a load balancer, which chooses a server that is up.
    mutating func connected(to address: NATSClientConfiguration.Address) {
        last = address
        next = 0
    }

    /// Stores the `connect_urls` of an INFO, if they are used. An empty list removes nothing: it may also mean that the server
    /// does not announce others.
    mutating func announced(_ urls: [String]) {
        guard usesDiscovered, !urls.isEmpty else { return }
        var found: [NATSClientConfiguration.Address] = []
        for url in urls.prefix(Self.maxDiscovered) {
            guard let address = NATSClientConfiguration.Address(hostAndPort: url), !configured.contains(address),
                !found.contains(address)
            else {
                continue
            }
            found.append(address)
        }
        discovered = found
    }
}
