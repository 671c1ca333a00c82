import TerminalUI

extension ConsoleModel {
    /// Opens the list of servers. The first server of the cluster that is selected in the Overview is selected.
    mutating func openDemoNodes() -> [Effect] {
        guard let nodes = data.demoNodes?.nodes else { return [] }
        let cluster = views[OverviewView.self]?.clusters.selection.flatMap { index in
            data.deployment.clusterNames.indices.contains(index) ? data.deployment.clusterNames[index] : nil
        }
        prompt = DemoNodePrompt(selected: nodes.first { $0.cluster == cluster }?.name)
        // A server may have been stopped from a shell.
        return [.background(.lookAtDemo)]
    }

    /// Stores the state of the servers, unless a newer state is known.
    mutating func apply(_ list: DemoNodeList) {
        if list.revision >= data.demoNodes?.revision ?? 0 { data.demoNodes = list }
    }

    /// Reports an action on a server of the demo.
    mutating func demoDone(_ action: DemoAction, _ node: String, _ list: DemoNodeList) {
        apply(list)
        let key = data.keys.key(for: .demoNode) ?? "K"
        let text: SafeText =
            switch action {
            case .stop: "\(untrusted: node) killed (SIGKILL); \(key) starts it again"
            case .start: "\(untrusted: node) started"
            case .freeze: "\(untrusted: node) frozen (SIGSTOP): it does not answer; \(key) resumes it"
            case .thaw: "\(untrusted: node) resumed"
            }
        show(.info(text))
        log(EventRow(.note, .info, detail: text))
    }
}

extension ConsoleRuntime {
    /// Carries out an action on a server of the demo. Without an action, reports the state of all servers.
    func demo(_ action: DemoAction?, on node: String) async {
        guard let demo = configuration.demo else { return }
        do throws(DemoError) {
            guard let action else { return queue.send(.demoNodes(try await demo.nodes())) }
            queue.send(.demoDone(action, node: node, try await demo.perform(action, on: node)))
        } catch {
            queue.send(.failed(.error("\(untrusted: error.description)")))
        }
    }
}
