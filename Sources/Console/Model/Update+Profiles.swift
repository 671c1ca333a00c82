import TerminalUI

extension ConsoleModel {
    /// Switches to a profile. Asks first if something would be lost.
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

    /// What is lost by switching the profile, one line each. Watches of the profile are not listed, because they restart with it.
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
        if views[TailView.self]?.isPaused == true { losses.append("Tail is paused; its messages are lost.") }
        if prompt != nil { losses.append("The text in the open prompt is lost.") }
        return losses
    }
}
