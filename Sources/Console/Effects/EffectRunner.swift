/// Carries out background effects, and reports their results to the loop.
struct EffectRunner {
    private let runtime: ConsoleRuntime
    private let stops = StopSignals()

    init(runtime: ConsoleRuntime) {
        self.runtime = runtime
    }

    func start(_ effect: BackgroundEffect, in group: inout DiscardingTaskGroup) {
        let (runtime, stops) = (runtime, stops)
        switch effect {
        case .subscribe(let id, let request):
            let stop = stops.make(id)
            group.addTask {
                await runtime.consume(id: id, request, until: stop)
                stops.stop(id)
            }
        case .unsubscribe(let id), .stopPublish(let id):
            stops.stop(id)
        case .publish(let id, let request):
            let stop = stops.make(id)
            group.addTask {
                await runtime.publish(id: id, request, until: stop)
                stops.stop(id)
            }
        case .measureRate(let request):
            group.addTask { await runtime.measureRate(for: request) }
        case .edit(let text):
            group.addTask { await runtime.edit(text) }
        case .save(let entries):
            group.addTask { await runtime.save(entries) }
        case .remember(let entry):
            group.addTask { await runtime.remember(entry) }
        case .askServers(let cluster, let question):
            group.addTask { await runtime.askServers(cluster, question) }
        case .askSubscriptions(let cluster, let server):
            group.addTask { await runtime.askSubscriptions(cluster, of: server) }
        case .readFleet:
            group.addTask { await runtime.readFleet() }
        case .explainMisrouting(let evidence):
            group.addTask { await runtime.explain(evidence) }
        case .reconnect(let target, let closesFirst):
            runtime.reconnect(target, closesFirst: closesFirst)
        case .rebalance(let cluster):
            runtime.rebalance(cluster)
        case .dismissGone:
            runtime.dismissGone()
        case .loadTheme(let name):
            runtime.loadTheme(name)
        case .previewTheme(let name):
            runtime.previewTheme(name)
        case .loadNextTheme(let name):
            runtime.loadNextTheme(after: name)
        case .lookAtDemo:
            group.addTask { await runtime.demo(nil) }
        case .demo(let action):
            group.addTask { await runtime.demo(action) }
        case .checkProfile(let name):
            runtime.checkProfile(name)
        }
    }
}
