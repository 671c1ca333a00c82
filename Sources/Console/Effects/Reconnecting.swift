import Roulette

extension ConsoleRuntime {
    func reconnect(_ target: ReconnectTarget, closesFirst: Bool) {
        switch target {
        case .connection(let id):
            client.reconnect(cluster: client.clusters[id.cluster], role: id.role, slot: id.slot, hard: closesFirst)
        case .cluster(let cluster): client.reconnect(cluster: client.clusters[cluster], hard: closesFirst)
        case .all: client.reconnect(hard: closesFirst)
        }
    }

    func rebalance(_ cluster: Int?) {
        client.rebalance(cluster: cluster.map { client.clusters[$0] })
    }
}
