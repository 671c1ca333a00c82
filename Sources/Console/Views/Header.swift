import Roulette
import Settings
import TerminalUI

/// The top row: the deployment, its state, the traffic and the time.
struct Header {
    private let data: DashboardData
    private let viewTitle: SafeText?

    /// - Parameter viewTitle: The title of the open view, if there are no tabs.
    init(_ data: DashboardData, viewTitle: SafeText? = nil) {
        self.data = data
        self.viewTitle = viewTitle
    }

    /// One part of the row. The least important parts are left out if the row is narrow.
    private struct Part {
        let line: StyledLine
        let importance: Int
    }

    func draw(into buffer: inout CellBuffer, in rect: Rect) {
        let isNarrow = rect.width < 40
        let exposure = exposure(isShort: rect.width < 100)
        let lostCount = lostCount
        let left = [
            Part(line: StyledLine(viewTitle ?? "roulette", .title), importance: viewTitle == nil ? 10 : 95),
            // The environment is shown at any width, because it shows the risk of publishing.
            Part(
                line: profile(nameWidth: isNarrow || (rect.width < 60 && exposure.width > 0) ? 0 : rect.width < 60 ? 8 : 24),
                importance: isNarrow && data.deployment.environment == .development ? 20 : 110
            ),
            // Security warnings are also shown at any width.
            Part(line: exposure, importance: 105),
            Part(
                line: StyledLine("ring \(data.fingerprint.label) \(data.deployment.namingLabel)", .muted),
                importance: 30
            ),
        ]
        let right = [
            Part(line: clusters(space: rect.width < 60 ? 0 : rect.width - Self.identityWidth), importance: 100),
            Part(line: incoming(isShort: rect.width < 100 && lostCount > 0), importance: 60),
            Part(line: StyledLine("out \(SafeText.rate(data.traffic.rateOut))"), importance: 50),
            // Lost messages matter more than rates and the time.
            Part(line: lost(lostCount), importance: lostCount == 0 ? 35 : 90),
            Part(line: StyledLine(data.now.clock, .muted), importance: 40),
        ]
        let parts = (left + right).filter { $0.line.width > 0 }
        let leftCount = left.count { $0.line.width > 0 }
        // The free space goes between the two halves, so that a growing rate does not move the other parts.
        var constraints = parts.map { Constraint.fixed($0.line.width, importance: $0.importance) }
        constraints.insert(.fill(), at: leftCount)
        var places = Layout(.horizontal, spacing: isNarrow ? 1 : 2, constraints).split(rect.inset(horizontal: isNarrow ? 0 : 1))
        places.remove(at: leftCount)
        for (part, place) in zip(parts, places) where !place.isEmpty {
            part.line.draw(into: &buffer, in: place, theme: data.theme)
        }
    }

    private func incoming(isShort: Bool) -> StyledLine {
        let rate: SafeText = "in \(SafeText.rate(data.traffic.rateIn))"
        return StyledLine(isShort ? rate : "\(rate) \(SafeText.byteRate(data.traffic.byteRateIn))")
    }

    /// The maximum number of messages that were lost with connections.
    private var lostCount: UInt64 {
        // Each count can be of any size.
        data.clusters.reduce(0) { $0.addingReportingOverflow($1.lost).overflow ? .max : $0 + $1.lost }
    }

    private func lost(_ count: UInt64) -> StyledLine {
        count == 0 ? StyledLine("lost 0", .muted) : StyledLine("lost ≤ \(SafeText.count(count))", .severityWarn)
    }

    /// Returns the security warnings: data that a third party can read or forge.
    private func exposure(isShort: Bool) -> StyledLine {
        var marks: [SafeText] = []
        if data.deployment.skipsVerification { marks.append(isShort ? "UNVERIFIED" : "certificates UNVERIFIED") }
        if data.isLoginExposed { marks.append(isShort ? "PLAINTEXT" : "login in PLAINTEXT") }
        return StyledLine(marks.joined(separator: isShort ? "," : ", "), .statusDown)
    }

    /// Returns the name of the profile and its environment.
    private func profile(nameWidth: Int) -> StyledLine {
        let shown = SafeText(untrusted: data.deployment.name).truncated(to: nameWidth)
        let name: SafeText = shown.isEmpty ? " " : " \(shown) "
        switch data.deployment.environment {
        case .production:
            let word: SafeText = data.deployment.publishRefusal == nil ? "PROD " : "PROD read-only "
            return StyledLine(name + word, .environmentProduction)
        case .staging: return StyledLine(name + "staging ", .environmentStaging)
        case .development: return StyledLine(name + "dev ", .environmentDevelopment)
        }
    }

    /// The space that is kept for the name of the profile and the security warnings.
    private static let identityWidth = 34

    /// Returns the number of clusters in each state or, if that does not fit, only the number of clusters that are up.
    private func clusters(space: Int) -> StyledLine {
        let long = clusters(isShort: false)
        return long.width <= space ? long : clusters(isShort: true)
    }

    private func clusters(isShort: Bool) -> StyledLine {
        let worst = data.clusters.map(\.state).max { $0.gravity < $1.gravity } ?? .connecting
        let advice: SafeText = data.silence.blamesOwnNetwork && !isShort ? ": your own network?" : ""
        if let outage = data.outage { return StyledLine("no cluster for \(SafeText.duration(outage))\(advice)", .statusDown) }
        if data.silence.blamesOwnNetwork { return StyledLine("all clusters silent\(advice)", .statusDown) }
        let up = data.clusters.count { $0.state == .up }
        let open = data.incidents.open
        let hasNoProblem = worst == .up && open == 0
        let long = hasNoProblem || worst == .connecting ? data.clusterSummary : data.clusterStates
        let text: SafeText = isShort ? "\(up) of \(data.clusters.count) up" : long
        var line = StyledLine(viewTitle == nil ? text : "\(up)/\(data.clusters.count) up", worst == .up ? .text : worst.role)
        guard open > 0 else { return line }
        line.append(viewTitle == nil ? ", \(SafeText.counted(open, "incident"))" : "!", .statusDown)
        return line
    }
}

extension ClusterSnapshot.State {
    /// The severity of the state, to find the worst of several.
    var gravity: Int {
        switch self {
        case .up: 0
        case .connecting: 1
        case .stale: 2
        case .degraded: 3
        case .down: 4
        }
    }
}
