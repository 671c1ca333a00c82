extension DashboardData {
    /// Returns the messages per second in and out of a cluster, without replies to requests, because the ring does not route
    /// them.
    func routedRate(of cluster: Int) -> Double {
        let rates = traffic(of: cluster)
        return max(0, rates.rateIn.current + rates.rateOut.current - traffic.replyRate(of: cluster))
    }
}
