import NATSWire
import Settings
import TerminalUI

/// Applies an event to the model and returns the effects to carry out. A pure function: the same model and event always give the
/// same model and effects.
func update(_ model: inout ConsoleModel, _ event: ConsoleEvent) -> [Effect] {
    // Each event can open another view or advance the time, so requests can be due after it.
    let effects = apply(event, &model) + model.askServers()
    guard case .tick = event else { return effects }
    return effects + model.askServersInBackground() + model.watchFleet()
}

private func apply(_ event: ConsoleEvent, _ model: inout ConsoleModel) -> [Effect] {
    switch event {
    case .input(let input):
        return model.handle(input)
    case .tick(let now):
        model.tick(now)
        model.data.noteNewState()
    case .snapshot(let clusters):
        model.data.clusters = clusters
        model.data.servers.update(clusters)
        model.data.addServerProblems()
        model.watchSilence()
        model.data.noteNewState()
    case .fingerprint(let fingerprint):
        model.data.fingerprint = fingerprint
    case .happened(let row):
        model.log(row)
    case .traffic(let traffic, let tail):
        model.apply(traffic, tail)
    case .subscription(let id, let progress):
        model.subscription(id, progress)
    case .measured(let rate, let request):
        model.measured(rate, for: request)
    case .publish(let id, let progress):
        model.publish(id, progress)
    case .edited(let result):
        model.edited(result)
    case .historyLoaded(let history):
        model.restore(history)
    case .themeLoaded(let theme):
        model.themeLoaded(theme)
    case .done(let notice):
        model.show(notice)
        // The event log shows the full text. The bottom row may be too narrow for a path.
        model.log(EventRow(.note, notice.severity, detail: notice.text))
    case .servers(let answers):
        for row in model.data.servers.record(answers, at: model.data.now.uptime) { model.log(row) }
        model.data.addServerProblems()
        model.data.noteNewState()
    case .fleet(let reading):
        let names = model.data.deployment.clusterNames
        for row in model.data.fleet.record(reading, clusters: names, at: model.data.now.uptime) { model.log(row) }
        model.data.noteNewState()
    case .explained(let report):
        for row in model.data.fleet.record(report, model.data.deployment) { model.log(row) }
        model.data.noteNewState()
    case .listed(let listing):
        model.data.servers.record(listing)
    case .demo(let state):
        model.apply(state)
    case .demoDone(let action, let state):
        model.demoDone(action, state)
    case .profileLoaded(let name):
        return model.profileLoaded(name)
    case .themePreviewed(let theme):
        model.themePreviewed(theme)
    case .themeReloaded(let theme):
        model.themeReloaded(theme)
    case .themeBroken(let reason):
        model.themeBroken(reason)
    case .failed(let notice):
        model.show(notice)
    }
    return []
}

// MARK: - Input

extension ConsoleModel {
    fileprivate mutating func handle(_ input: InputEvent) -> [Effect] {
        switch input {
        case .key(let key): return handle(key)
        case .paste(let paste): prompt?.insert(paste)
        case .resize(let size): self.size = size
        case .mouse(let mouse): return handle(mouse)
        case .resumed: return [.terminal(.redraw)]
        case .terminate: return [.terminal(.quit)]
        }
        return []
    }

    private mutating func handle(_ key: Key) -> [Effect] {
        let scope = type(of: views.current).scope
        var action = data.keys.action(for: key, in: scope)
        if action == nil, data.demo != nil { action = data.keys.action(for: key, in: .demo) }
        // Nothing is drawn on a screen that is too small, so quitting must work even with an open prompt.
        if isTooSmall { return action == .quit ? [.terminal(.quit)] : [] }
        guard prompt != nil else {
            notice = nil
            return action.map { perform($0) } ?? []
        }
        let effects = handleInPrompt(key)
        return effects + followPreview()
    }

    private mutating func handleInPrompt(_ key: Key) -> [Effect] {
        guard let response = prompt?.handle(key, data) else { return [] }
        switch response {
        case .stay: return []
        case .close:
            prompt = nil
            return []
        case .submit(let request):
            prompt = nil
            return answer(request, isFinal: true)
        case .request(let request):
            return answer(request, isFinal: false)
        }
    }

    private mutating func answer(_ request: PromptRequest, isFinal: Bool) -> [Effect] {
        switch request {
        case .subscribe(let request):
            return subscribe(request)
        case .unsubscribe(let id):
            return unsubscribe(id)
        case .publish(let request):
            return publish(request)
        case .stopPublish(let id):
            return [.background(.stopPublish(id: id))]
        case .edit(let text):
            return [.background(.edit(text))]
        case .command(let line):
            return remember(.command(line)) + run(line)
        case .filter(let text):
            views.current.filter = text
            return isFinal ? remember(.filter(text)) : []
        case .theme(let name):
            return useTheme(name)
        case .demo(let action):
            return act(action)
        case .reconnect(let target, let closesFirst):
            show(.info("\(closesFirst ? "reconnecting" : "moving") \(ReconnectPrompt.name(target, data))"))
            return [.background(.reconnect(target, closesFirst: closesFirst))]
        case .perform(.subscribe(let request)):
            return subscribe(request, isConfirmed: true)
        case .perform(.publish(let request)):
            return publish(request, isConfirmed: true)
        case .perform(.quit):
            return [.terminal(.quit)]
        case .perform(.switchProfile(let name)):
            return [.terminal(.switchProfile(name))]
        }
    }

    fileprivate mutating func edited(_ result: EditorResult) {
        guard var form = prompt as? PublishPrompt else { return }
        form.edited(result)
        prompt = form
    }
}

// MARK: - Reports

extension ConsoleModel {
    /// Reports when all clusters become silent at the same moment, and when one answers again.
    fileprivate mutating func watchSilence() {
        let before = data.silence.blamesOwnNetwork
        data.silence.update(data.clusters, at: data.now.uptime)
        guard data.silence.blamesOwnNetwork != before else { return }
        log(
            before
                ? EventRow(.note, .info, detail: "not all clusters are silent any more")
                : EventRow(
                    .note,
                    .error,
                    detail: "all clusters are silent since the same moment: is it your own network?",
                    trace: .silence
                )
        )
    }

    /// The data of the servers that the open view needs.
    private var monitoringWish: ServerMonitoring.Wish? {
        isTooSmall || !data.servers.hasSources ? nil : views.current.monitoringWish(data)
    }

    /// Returns the requests to servers that the open view needs now.
    fileprivate mutating func askServers() -> [Effect] {
        monitoringWish.map { data.servers.due($0, at: data.now.uptime) } ?? []
    }

    /// Returns the questions to servers that are due while no view shows them.
    fileprivate mutating func askServersInBackground() -> [Effect] {
        if case .servers = monitoringWish { return [] }
        return data.servers.dueInBackground(at: data.now.uptime)
    }

    /// Returns the effects that are due to know the programs, and why topics are misrouted.
    fileprivate mutating func watchFleet() -> [Effect] {
        let now = data.now.uptime
        var effects: [Effect] = []
        if let evidence = data.fleet.startsExplaining(data.traffic, at: now) {
            effects.append(.background(.explainMisrouting(evidence)))
        }
        let isShown = !isTooSmall && (prompt is TextPrompt<FleetText> || views.current is RingView)
        guard data.servers.hasSources,
            data.fleet.startsReading(isShown: isShown, connections: data.servers.connectionCount, at: now)
        else { return effects }
        return effects + [.background(.readFleet)]
    }

    fileprivate mutating func tick(_ now: Moment) {
        data.now = now
        expireNotice()
    }

    fileprivate mutating func apply(_ traffic: TrafficSnapshot, _ tail: TailDelivery) {
        data.traffic = traffic
        data.tail.append(tail)
        data.tailRate.add(notShown: tail.notShown, at: data.now.uptime)
    }

    fileprivate mutating func subscription(_ id: Int, _ progress: SubscriptionProgress) {
        guard let index = data.subscriptions.firstIndex(where: { $0.id == id }) else { return }
        let pattern: SafeText = "\(untrusted: data.subscriptions[index].request.pattern)"
        switch progress {
        case .waiting(let clusters):
            data.subscriptions[index].state = .pending
            // A cluster in its first connection attempt is not worth a warning.
            let down = clusters.filter { data.clusters.indices.contains($0) && data.clusters[$0].state == .down }
            guard !down.isEmpty else { return }
            let names = down.map(data.deployment.clusterName).joined(separator: ", ")
            let text: SafeText = "\(pattern) is pending: \(names) down; its messages arrive when it is up"
            announce(.warning(text))
            log(EventRow(.note, .warning, detail: text))
        case .active:
            data.subscriptions[index].state = .active
            let verb: SafeText = data.subscriptions[index].request.purpose == .watch ? "watching" : "subscribed to"
            log(EventRow(.note, .info, detail: "\(verb) \(pattern)"))
        case .dropped(let count):
            data.subscriptions[index].dropped = count
        case .ended(let reason):
            let text: SafeText = reason.map { "\(untrusted: $0)" } ?? "complete"
            data.subscriptions[index].state = .failed(text)
            guard reason != nil else { return }
            announce(.error("\(pattern): \(text)"))
            log(EventRow(.note, .error, detail: "subscription to \(pattern) ended: \(text)"))
        }
    }
}
