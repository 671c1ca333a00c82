extension FleetProgram.Contradiction {
    /// The reason in words. Names come from programs: treat them as untrusted.
    /// - Parameter clusters: The names of the clusters in ring order.
    package func text(clusters: [String]) -> String {
        switch self {
        case .claim(let claim, let cluster, let expected):
            "on \(clusters[cluster]) it says \(claim), and this ring has \(expected)"
        case .missing(let count, let total):
            "it is connected to \(count) of the \(total) clusters of its ring"
        }
    }
}
