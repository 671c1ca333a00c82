import TerminalUI

extension ConsoleModel {
    /// Switches to a profile that can be used. Asks first if something would be lost.
    mutating func profileLoaded(_ name: String) -> [Effect] {
        let losses = lossesOnSwitching
        guard !losses.isEmpty else { return [.terminal(.switchProfile(name))] }
        prompt = ConfirmationPrompt(
            title: "Switch to \(untrusted: name)",
            message: losses + ["Switch?"],
            action: .switchProfile(name)
        )
        return []
    }

    /// What switching the profile would lose, a line each. The watches of the profile itself begin again with it.
    private var lossesOnSwitching: [SafeText] {
        var losses: [SafeText] = []
        let own = data.subscriptions.filter { row in
            !row.hasEnded && !(row.request.purpose == .watch && data.deployment.watch.contains(row.request.pattern))
        }
        if !own.isEmpty {
            let names = own.map { SafeText(untrusted: $0.request.pattern) }.joined(separator: ", ")
            let noun: SafeText = own.count == 1 ? "subscription ends" : "subscriptions end"
            let line: SafeText = "\(own.count) \(noun): \(names)"
            losses.append(line.truncated(to: 200))
        }
        if let loss { losses.append(loss) }
        if views[TailView.self]?.isPaused == true { losses.append("Tail is paused; its messages go.") }
        if prompt != nil { losses.append("What is being typed goes.") }
        return losses
    }
}
