import Roulette

extension ConsoleRuntime {
    func reconnect(_ target: ReconnectTarget) {
        switch target {
        case .connection(let id):
            client.reconnect(cluster: client.clusters[id.cluster], role: id.role, slot: id.slot, hard: true)
        case .cluster(let cluster): client.reconnect(cluster: client.clusters[cluster], hard: true)
        case .all: client.reconnect(hard: true)
        }
    }
}
