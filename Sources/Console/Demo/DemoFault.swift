import TerminalUI

/// A fault that the demo can cause.
///
/// To add a fault, add a case and its definition here, and carry it out in `DemoFaults` of the demo.
public enum DemoFault: String, Sendable, Hashable, Codable, CaseIterable {
    case kill, freeze
    case lameDuck = "lame_duck"
    case restart
    case cutRoutes = "cut_routes"
    case freezeBalancer = "freeze_balancer"
    case removeNodes = "remove_nodes"
    case leadAstray = "lead_astray"
    case otherRing = "other_ring"
}

extension DemoFault {
    /// Everything about a fault but how it is carried out, which the demo knows.
    struct Definition: Sendable {
        /// The entry in the list of faults.
        let title: SafeText
        /// The kind of targets that the fault applies to.
        let kind: DemoTarget.Kind
        /// What it does, for the dialog.
        let effect: SafeText
        /// The state of the target afterwards, for messages: the target's name and these words.
        let done: SafeText
        /// What undoing does, for the dialog and for messages; nil if there is nothing to undo.
        let undo: SafeText?
        /// The state of the target after undoing.
        let undone: SafeText

        init(
            _ title: SafeText,
            of kind: DemoTarget.Kind,
            effect: SafeText,
            done: SafeText,
            undo: SafeText? = nil,
            undone: SafeText = .empty
        ) {
            self.title = title
            self.kind = kind
            self.effect = effect
            self.done = done
            self.undo = undo
            self.undone = undone
        }
    }

    var definition: Definition {
        switch self {
        case .kill:
            Definition(
                "kill a node",
                of: .node,
                effect: "SIGKILL, like a machine that loses power",
                done: "killed (SIGKILL)",
                undo: "starts it again",
                undone: "started again"
            )
        case .freeze:
            Definition(
                "freeze a node",
                of: .node,
                effect: "SIGSTOP: its connections stay open, but it does not answer",
                done: "frozen (SIGSTOP)",
                undo: "resumes it",
                undone: "resumed"
            )
        case .lameDuck:
            Definition(
                "put a node into lame-duck mode",
                of: .node,
                effect: "it asks its clients to leave, then stops, as before an upgrade",
                done: "in lame-duck mode",
                undo: "starts it again",
                undone: "started again"
            )
        case .restart:
            Definition(
                "restart a node",
                of: .node,
                effect: "it stops and starts again at once, as another server",
                done: "restarted"
            )
        case .cutRoutes:
            Definition(
                "cut the routes between two nodes",
                of: .routes,
                effect: "messages from clients of one do not reach clients of the other",
                done: "cut",
                undo: "restores them",
                undone: "restored"
            )
        case .freezeBalancer:
            Definition(
                "freeze a balancer",
                of: .balancer,
                effect: "its connections stay open, but nothing passes",
                done: "frozen",
                undo: "resumes it",
                undone: "resumed"
            )
        case .removeNodes:
            Definition(
                "take all nodes from a balancer",
                of: .balancer,
                effect: "it accepts connections and closes them before INFO",
                done: "without nodes",
                undo: "gives them back",
                undone: "has its nodes again"
            )
        case .leadAstray:
            Definition(
                "lead a balancer into another cluster",
                of: .balancer,
                effect: "its connections lead to the nodes of the next cluster",
                done: "leads to the next cluster",
                undo: "leads it back",
                undone: "leads to its own cluster again"
            )
        case .otherRing:
            Definition(
                "start a program with another ring",
                of: .program,
                effect: "it publishes with the first two clusters swapped",
                done: "started with another ring",
                undo: "stops it",
                undone: "stopped"
            )
        }
    }
}

extension DemoTarget {
    /// The target in messages.
    var label: SafeText {
        switch kind {
        case .node: SafeText(untrusted: name)
        case .balancer: "balancer of \(untrusted: name)"
        case .routes: "routes between \(untrusted: name)"
        case .program: "program \(untrusted: name)"
        }
    }
}

extension DemoBalancing {
    /// The balancers, for the title of the dialog.
    var label: SafeText {
        switch self {
        case .haProxy: "HAProxy"
        case .own: "own TCP balancers"
        }
    }
}
