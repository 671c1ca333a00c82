import Roulette
import TerminalUI

/// What is known about an incident.
struct IncidentEvidence: Sendable {
    /// A server that asked its clients to leave, or that stopped.
    struct Leaving: Sendable, Hashable {
        let server: SafeText
        var isShutDown: Bool
    }

    /// A cluster that was down for a shorter time is not called down. Connections to a server that was lost need a moment to
    /// connect to another one.
    static let leastDown: Duration = .seconds(1)

    /// The maximum number of names in each list.
    private static let capacity = 100

    /// The lost connections.
    private(set) var connections: Set<ConnectionRow.ID> = []
    /// The number of losses of connections.
    private(set) var losses = 0
    /// The largest number of connections that were not up together.
    private(set) var missing = 0
    /// The number of connections of the cluster.
    private(set) var total = 0
    /// The maximum number of lost messages.
    private(set) var unconfirmed: UInt64 = 0
    /// The servers that connections were made to afterwards.
    private(set) var reconnectedTo: [SafeText] = []
    /// Why the first connection was lost.
    private(set) var firstCause: SafeText?
    /// Why the last attempt to connect failed.
    private(set) var downCause: SafeText?
    private var downSince: Duration?
    private var downTime: Duration = .zero
    private(set) var leaving: [Leaving] = []
    /// Whether a server whose name is not known is in lame-duck mode.
    private(set) var sawLameDuck = false
    /// The servers that are gone, except those that are known only by their addresses.
    private(set) var gone: [SafeText] = []
    /// The addresses of servers that are gone and whose names are not known.
    private(set) var goneAddresses: [SafeText] = []
    private(set) var silent: [SafeText] = []
    private(set) var gaps: [SafeText] = []
    private(set) var undelivered: [SafeText] = []
    private(set) var alarm: SafeText?
    private(set) var idleTimeout: SafeText?
    /// The longest time whose messages a subscription missed, by pattern.
    private(set) var missed: [SafeText: Duration] = [:]
    /// The programs that have another ring.
    private(set) var programs: [SafeText] = []
    /// The number of these programs, which can exceed the capacity of the list.
    private(set) var programCount = 0
    private(set) var explanation: SafeText?
    /// How often the problem began.
    var cycles = 1

    /// Whether a connection that publishes was lost.
    var lostPublisher: Bool { connections.contains { $0.role == .publisher } }

    /// The servers that are gone and did not ask their clients to leave. A server whose name is not known can be one of those that
    /// did, unless all of these are known to be gone.
    var unexplainedGone: [SafeText] {
        let explained = Set(leaving.map(\.server) + silent)
        return gone.filter { !explained.contains($0) } + goneAddresses.dropFirst(leavingNotGone)
    }

    /// The number of servers that asked their clients to leave and are not known to be gone by their names.
    private var leavingNotGone: Int { leaving.count { !gone.contains($0.server) } }

    /// Whether these servers are gone or silent because they asked their clients to leave before.
    func explains(_ trouble: ClusterTrouble) -> Bool {
        let names = Set(trouble.gone + trouble.silent)
        return leaving.contains { names.contains($0.server) } || (!trouble.goneAddresses.isEmpty && leavingNotGone > 0)
    }

    /// Whether a server, a route or the load balancer is known to be the cause.
    var hasCause: Bool {
        excludesNetwork || !(silent.isEmpty && undelivered.isEmpty)
    }

    /// Whether the cause is known, and a network that fails cannot be it. Servers that do not answer, and lost canary messages, can
    /// have this cause.
    var excludesNetwork: Bool {
        !(leaving.isEmpty && gone.isEmpty && goneAddresses.isEmpty && gaps.isEmpty) || alarm != nil || idleTimeout != nil
    }

    /// Returns how long no connection was up.
    func downTime(at now: Duration) -> Duration { downTime + (downSince.map { max(.zero, now - $0) } ?? .zero) }

    // MARK: Changes

    mutating func add(_ row: EventRow) {
        switch row.kind {
        case .lost:
            losses += 1
            unconfirmed += row.unconfirmed
            firstCause = firstCause ?? row.detail
            if let connection = row.connection { connections.insert(connection) }
        case .lameDuck where row.trace == nil: sawLameDuck = true
        case .moved: unconfirmed += row.unconfirmed
        case .connected:
            if let server = row.server, !connections.isEmpty { note(server, in: &reconnectedTo) }
        default: break
        }
        switch row.trace {
        case .leaving(let server, let isShutDown)?:
            note(Leaving(server: server, isShutDown: isShutDown))
        case .missed(let pattern, let duration)?: note(duration, missedBy: pattern)
        case .symptom?, .otherRing?, .silence?, nil: break
        }
    }

    mutating func update(_ trouble: ClusterTrouble, at now: Duration) {
        total = max(total, trouble.total)
        missing = max(missing, trouble.missing)
        if trouble.isDown {
            downSince = downSince ?? now - trouble.downTime
            downCause = trouble.cause ?? downCause
        } else {
            endDownTime(at: now)
            firstCause = firstCause ?? trouble.cause
        }
        for name in trouble.gone { note(name, in: &gone) }
        for address in trouble.goneAddresses { note(address, in: &goneAddresses) }
        for name in trouble.silent { note(name, in: &silent) }
        for pair in trouble.gaps { note(pair, in: &gaps) }
        for route in trouble.undelivered { note(route, in: &undelivered) }
        alarm = trouble.alarm ?? alarm
        idleTimeout = trouble.idleTimeout ?? idleTimeout
    }

    /// Records that a connection is up.
    mutating func endDownTime(at now: Duration) {
        guard let since = downSince else { return }
        downTime += max(.zero, now - since)
        downSince = nil
    }

    mutating func update(ring trouble: Trouble) {
        for program in trouble.programs { note(program, in: &programs) }
        programCount = max(programCount, trouble.programs.count, programs.count)
        explanation = trouble.explanation ?? explanation
    }

    /// Takes in the evidence of an incident with the same cause that began earlier or at the same time.
    mutating func absorb(_ other: IncidentEvidence) {
        connections.formUnion(other.connections)
        losses += other.losses
        missing = max(missing, other.missing)
        total = max(total, other.total)
        unconfirmed += other.unconfirmed
        firstCause = other.firstCause ?? firstCause
        downCause = downCause ?? other.downCause
        downSince = [downSince, other.downSince].compactMap(\.self).min()
        downTime += other.downTime
        for server in other.reconnectedTo { note(server, in: &reconnectedTo) }
        for server in other.leaving { note(server) }
        sawLameDuck = sawLameDuck || other.sawLameDuck
        for name in other.gone { note(name, in: &gone) }
        for address in other.goneAddresses { note(address, in: &goneAddresses) }
        for name in other.silent { note(name, in: &silent) }
        for pair in other.gaps { note(pair, in: &gaps) }
        for route in other.undelivered { note(route, in: &undelivered) }
        alarm = alarm ?? other.alarm
        idleTimeout = idleTimeout ?? other.idleTimeout
        for (pattern, duration) in other.missed { note(duration, missedBy: pattern) }
        for program in other.programs { note(program, in: &programs) }
        programCount = max(programCount, other.programCount, programs.count)
        explanation = explanation ?? other.explanation
        cycles += other.cycles
    }

    private mutating func note(_ server: Leaving) {
        if let known = leaving.firstIndex(where: { $0.server == server.server }) {
            leaving[known].isShutDown = leaving[known].isShutDown || server.isShutDown
        } else if leaving.count < Self.capacity {
            leaving.append(server)
        }
    }

    private mutating func note(_ duration: Duration, missedBy pattern: SafeText) {
        guard missed.count < Self.capacity || missed[pattern] != nil else { return }
        missed[pattern] = max(missed[pattern] ?? .zero, duration)
    }

    private func note(_ text: SafeText, in list: inout [SafeText]) {
        if list.count < Self.capacity, !list.contains(text) { list.append(text) }
    }
}
