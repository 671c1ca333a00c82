/// The addresses that attempts use in turn: the configured addresses and, if enabled, those that servers announced.
struct ServerList {
    /// More than any cluster has. It bounds the memory that a server can use up.
    static let maxDiscovered = 64

    /// The configured addresses, at least one.
    private let seeds: [NATSClientConfiguration.Address]
    private let usesDiscovered: Bool
    private(set) var discovered: [NATSClientConfiguration.Address] = []
    private var next = 0

    init(seed: NATSClientConfiguration.Address, alternatives: [NATSClientConfiguration.Address] = [], usesDiscovered: Bool) {
        self.seeds = [seed] + alternatives
        self.usesDiscovered = usesDiscovered
    }

    private var count: Int { seeds.count + discovered.count }

    /// Returns the address for the next attempt: first the seed, then its alternatives, then the announced addresses, then the
    /// seed again.
    mutating func takeNext() -> NATSClientConfiguration.Address {
        let index = next < count ? next : 0
        next = (index + 1) % count
        return index < seeds.count ? seeds[index] : discovered[index - seeds.count]
    }

    /// Starts the next round with the seed, because the load balancer behind it knows best.
    mutating func beginAnew() {
        next = 0
    }

    /// Stores the `connect_urls` of an INFO, if they are used. An empty list removes nothing: it may also mean that the server
    /// does not announce others.
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
