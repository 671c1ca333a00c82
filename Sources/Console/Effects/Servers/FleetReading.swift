import Operations

extension ConsoleRuntime {
    /// Reads the lists of connections of all servers, and reports the programs.
    func readFleet() async {
        let reader = FleetReader(labels: client.clusters.map(\.name)) { monitor(of: $0) }
        let result = await reader.read()
        let reading = FleetMonitoring.Reading(
            fleet: result.census.fleet(comparedWith: client.ring),
            problems: result.problems,
            connectionCount: result.census.connectionCount
        )
        queue.send(.fleet(reading))
    }

    /// Finds the order of the clusters that explains misrouted topics, and reports it.
    func explain(_ evidence: MisroutingReport.Evidence) async {
        let ring = client.ring
        queue.send(
            .explained(
                MisroutingReport(evidence, clusterCount: ring.nodes.count, isNumbered: ring.naming == .index)
            )
        )
    }
}
