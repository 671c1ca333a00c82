import TerminalUI

extension ConsoleModel {
    /// Opens the list of faults. The targets of the cluster that is selected in the Overview are selected first.
    mutating func openDemoFaults() -> [Effect] {
        guard data.demo != nil else { return [] }
        let cluster = views[OverviewView.self]?.clusters.selection.flatMap { index in
            data.deployment.clusterNames.indices.contains(index) ? data.deployment.clusterNames[index] : nil
        }
        prompt = DemoFaultPrompt(cluster: cluster)
        // A server may have been stopped from a shell.
        return [.background(.lookAtDemo)]
    }

    /// Stores the state of the demo, unless a newer state is known.
    mutating func apply(_ state: DemoState) {
        guard state.revision >= data.demo?.revision ?? 0 else { return }
        if data.demo?.balancing == nil, state.balancing == .own {
            let text: SafeText = "HAProxy is not used: a small TCP balancer of the demo is in front of each cluster"
            announce(.warning(text))
            log(EventRow(.note, .warning, detail: text))
        }
        data.demo = state
    }

    /// Carries out an action of the list of faults.
    mutating func act(_ action: DemoAction) -> [Effect] {
        let fault = action.fault.definition
        let target = label(of: action)
        show(.info(action.isUndoing ? "undoing: \(target) \(fault.done)…" : "\(fault.title): \(target)…"))
        return [.background(.demo(action))]
    }

    /// Reports a fault of the demo that was caused or undone.
    mutating func demoDone(_ action: DemoAction, _ state: DemoState) {
        apply(state)
        let fault = action.fault.definition
        let target = label(of: action)
        let key = data.keys.key(for: .demoFaults) ?? "K"
        let text: SafeText =
            if action.isUndoing {
                "\(target) \(fault.undone)"
            } else if let undo = fault.undo {
                "\(target) \(fault.done); \(key) \(undo)"
            } else {
                "\(target) \(fault.done)"
            }
        show(.info(text))
        log(EventRow(.note, .info, detail: text))
    }

    private func label(of action: DemoAction) -> SafeText {
        DemoTarget(action.fault.definition.kind, action.target, cluster: nil).label
    }
}

extension ConsoleRuntime {
    /// Causes or undoes a fault of the demo. Without an action, reports the state of the demo.
    func demo(_ action: DemoAction?) async {
        guard let demo = configuration.demo else { return }
        do throws(DemoError) {
            guard let action else { return queue.send(.demo(try await demo.state())) }
            queue.send(.demoDone(action, try await demo.perform(action)))
        } catch {
            queue.send(.failed(.error("\(untrusted: error.description)")))
        }
    }
}
