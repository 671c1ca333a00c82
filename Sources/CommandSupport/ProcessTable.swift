package import Foundation

/// Reads the system's list of processes.
package enum ProcessTable {
    /// The arguments that a process was started with. Empty if the process does not exist, has ended, or belongs to another user.
    package static func commandLine(of pid: pid_t) -> [String] {
        guard pid > 0 else { return [] }
        #if os(Linux)
        // Files in /proc report a length of 0, so the file is read without stat.
        guard let file = fopen("/proc/\(pid)/cmdline", "r") else { return [] }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        let count = fread(&bytes, 1, bytes.count, file)
        return arguments(bytes[..<count])
        #else
        var name: [Int32] = [CTL_KERN, KERN_PROCARGS2, pid]
        var size = 1 << 18
        var bytes = [UInt8](repeating: 0, count: size)
        guard sysctl(&name, 3, &bytes, &size, nil, 0) == 0, size > 4 else { return [] }
        // A count of arguments, the program's path, padding, then the arguments and the environment.
        let count = bytes.withUnsafeBytes { Int($0.loadUnaligned(as: Int32.self)) }
        let texts = bytes[4..<size]
        guard let end = texts.firstIndex(of: 0), let start = texts[end...].firstIndex(where: { $0 != 0 }) else { return [] }
        return Array(arguments(texts[start...]).prefix(max(0, count)))
        #endif
    }

    /// Whether a process exists. A process that has ended and was not waited for still exists.
    package static func exists(_ pid: pid_t) -> Bool {
        kill(pid, 0) == 0 || errno == EPERM
    }

    /// Whether a process is stopped (SIGSTOP) and can be continued (SIGCONT).
    package static func isStopped(_ pid: pid_t) -> Bool {
        #if os(Linux)
        // The state follows the name, which is in parentheses and may hold anything.
        let status = (try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)) ?? ""
        return status.split(separator: ")").last?.hasPrefix(" T") == true
        #else
        var name: [Int32] = [CTL_KERN, KERN_PROC, KERN_PROC_PID, pid]
        var process = kinfo_proc()
        var size = MemoryLayout<kinfo_proc>.size
        guard sysctl(&name, 4, &process, &size, nil, 0) == 0, size > 0 else { return false }
        return Int32(process.kp_proc.p_stat) == SSTOP
        #endif
    }

    private static func arguments(_ bytes: ArraySlice<UInt8>) -> [String] {
        bytes.split(separator: 0, omittingEmptySubsequences: false).map { String(decoding: $0, as: UTF8.self) }
    }
}
