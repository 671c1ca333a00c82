/// The rates of the clusters, to compute shares.
struct Rates {
    let total: Double

    init(_ data: DashboardData) {
        total = data.clusters.reduce(0) { $0 + Rates.of($1, data) }
    }

    /// Returns the messages per second in and out of a cluster, without replies to requests, because the ring does not route
    /// them.
    static func of(_ row: ClusterRow, _ data: DashboardData) -> Double {
        let traffic = data.traffic(of: row.id)
        return max(0, traffic.rateIn.current + traffic.rateOut.current - data.traffic.replyRate(of: row.id))
    }
}
