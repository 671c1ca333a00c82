import ArgumentParser
import Foundation

/// `roulette demo-supervisor`: what `roulette demo` starts to own its servers. Not for people.
struct DemoSupervisorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo-supervisor",
        abstract: "Owns the servers of a demo.",
        shouldDisplay: false
    )

    /// The descriptor that holds the lock of the directory.
    private static let lock: Int32 = 3

    @Argument var directory: String
    @Option var clusters: Int
    @Option var nodes: Int
    @Option var serverProgram: String

    func run() throws {
        // Held by this process alone: a server that lives longer must not keep the directory locked.
        FileDescriptors.closeOnExec(Self.lock)
        let plan = try DemoPlan(clusters: clusters, nodes: nodes)
        DemoSupervisor(directory: directory, plan: plan, program: serverProgram).run()
    }
}
