import ArgumentParser
import CommandSupport
import RouletteDemo

/// `roulette demo-supervisor`: the process that `roulette demo` starts to run its servers. It is not meant to be started by hand.
struct DemoSupervisorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo-supervisor",
        abstract: "Run the servers of a demo.",
        shouldDisplay: false
    )

    /// The descriptor that holds the lock of the directory.
    private static let lock: Int32 = 3

    @Argument var directory: String
    @Option var clusters: Int
    @Option var nodes: Int
    @Option var serverProgram: String
    @Option var balancerProgram: String?

    func run() async throws {
        // Servers must not inherit the lock: one that outlives this process would keep the directory locked.
        FileDescriptors.closeOnExec(Self.lock)
        let plan = try DemoPlan(clusters: clusters, nodes: nodes)
        let programs = DemoPrograms(natsServer: serverProgram, haProxy: balancerProgram)
        await DemoSupervisor(directory: directory, plan: plan, programs: programs).run()
    }
}
