import CommandSupport
import Foundation

/// The processes of a demo's directory, including those that were started by hand.
struct DemoProcessList {
    private static let patience: Duration = .seconds(2)

    let directory: String

    /// Stops all processes, then removes the directory.
    ///
    /// - Parameter children: Processes that this program has started and that may not have written their pid files yet.
    func stopAndRemove(children: [pid_t] = []) {
        // Repeated, since a server may have been started by hand while the others were being stopped.
        for _ in 0..<3 {
            let processes = running(children: children)
            if processes.isEmpty { break }
            stop(processes)
        }
        // The next demo tries again to remove what is left.
        try? FileManager.default.removeItem(atPath: directory)
    }

    /// A running process of this directory.
    struct Running {
        let pid: pid_t
        let process: DemoProcess

        /// Checked before every signal, since the kernel reuses the ids of ended processes.
        var isRunning: Bool {
            let arguments = ProcessTable.commandLine(of: pid)
            guard let program = arguments.first?.split(separator: "/").last else { return false }
            return program.contains(process.program.rawValue) && arguments.contains(process.configurationFile)
        }
    }

    private func running(children: [pid_t]) -> [Running] {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        return DemoProcess.Program.allCases.flatMap { program in
            files.filter { $0.hasSuffix(program.suffix) }.flatMap { file in
                running(DemoProcess(program, String(file.dropLast(program.suffix.count)), in: directory), children: children)
            }
        }
    }

    /// Returns the running processes of a server or balancer. There can be more than one if it was also started by hand.
    func running(_ process: DemoProcess, children: [pid_t]) -> [Running] {
        let file = (try? String(contentsOfFile: process.pidFile, encoding: .utf8)) ?? ""
        let written = pid_t(file.trimmingCharacters(in: .whitespacesAndNewlines))
        return Set(children + [written].compactMap(\.self))
            .map { Running(pid: $0, process: process) }
            .filter(\.isRunning)
    }

    private func stop(_ processes: [Running]) {
        for process in processes {
            kill(process.pid, SIGTERM)
            // A stopped process handles SIGTERM only after it is continued.
            kill(process.pid, SIGCONT)
        }
        let end = ContinuousClock.now + Self.patience
        while ContinuousClock.now < end, processes.contains(where: \.isRunning) { usleep(20_000) }
        for process in processes where process.isRunning { kill(process.pid, SIGKILL) }
        // A killed process ends a moment later.
        while ContinuousClock.now < end + .seconds(1), processes.contains(where: \.isRunning) { usleep(5_000) }
    }
}
