/// Rates of all clusters together, for shares.
struct Rates {
    let total: Double

    init(_ data: DashboardData) {
        total = data.clusters.reduce(0) { $0 + Rates.of($1, data) }
    }

    /// Messages per second in and out of a cluster. Replies to requests take the way of their request, whatever the ring says,
    /// so they are left out.
    static func of(_ row: ClusterRow, _ data: DashboardData) -> Double {
        let traffic = data.traffic(of: row.id)
        return max(0, traffic.rateIn.current + traffic.rateOut.current - data.traffic.replyRate(of: row.id))
    }
}
