/// The addresses that attempts take in turn: the configured one and, if asked for, those that servers announced.
struct ServerList {
    /// More than any cluster has; a bound on what a server can make us remember.
    static let maxDiscovered = 64

    private let seed: NATSClientConfiguration.Address
    private let usesDiscovered: Bool
    private(set) var discovered: [NATSClientConfiguration.Address] = []
    private var next = 0

    init(seed: NATSClientConfiguration.Address, usesDiscovered: Bool) {
        self.seed = seed
        self.usesDiscovered = usesDiscovered
    }

    /// The address for the next attempt: the seed first, then the others, then the seed again.
    mutating func takeNext() -> NATSClientConfiguration.Address {
        defer { next = (next + 1) % (discovered.count + 1) }
        return next == 0 || next > discovered.count ? seed : discovered[next - 1]
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
            guard let address = NATSClientConfiguration.Address(hostAndPort: url), address != seed, !found.contains(address)
            else {
                continue
            }
            found.append(address)
        }
        discovered = found
        if next > found.count { next = 0 }
    }
}
