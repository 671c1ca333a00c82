/// The addresses that attempts take in turn: the configured ones and, if asked for, those that servers announced.
struct ServerList {
    /// More than any cluster has; a bound on what a server can make us remember.
    static let maxDiscovered = 64

    /// What the user configured, at least one.
    private let seeds: [NATSClientConfiguration.Address]
    private let usesDiscovered: Bool
    private(set) var discovered: [NATSClientConfiguration.Address] = []
    private var next = 0

    init(seed: NATSClientConfiguration.Address, alternatives: [NATSClientConfiguration.Address] = [], usesDiscovered: Bool) {
        self.seeds = [seed] + alternatives
        self.usesDiscovered = usesDiscovered
    }

    private var count: Int { seeds.count + discovered.count }

    /// The address for the next attempt: the seed first, then its alternatives, then the others, then the seed again.
    mutating func takeNext() -> NATSClientConfiguration.Address {
        let index = next < count ? next : 0
        next = (index + 1) % count
        return index < seeds.count ? seeds[index] : discovered[index - seeds.count]
    }

    /// Begins the next round with the seed: the balancer behind it knows best.
    mutating func beginAnew() {
        next = 0
    }

    /// Takes `connect_urls` of an INFO over, if they are wanted. An empty list removes nothing: a server that knows of
    /// no others says the same as one that does not tell.
    mutating func announced(_ urls: [String]) {
        guard usesDiscovered, !urls.isEmpty else { return }
        var found: [NATSClientConfiguration.Address] = []
        for url in urls.prefix(Self.maxDiscovered) {
            guard let address = NATSClientConfiguration.Address(hostAndPort: url), !seeds.contains(address),
                !found.contains(address)
            else {
                continue
            }
            found.append(address)
        }
        discovered = found
        if next >= count { next = 0 }
    }
}
