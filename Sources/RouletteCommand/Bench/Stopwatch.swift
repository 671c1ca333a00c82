import Foundation

/// Measures wall-clock time and the CPU time of the process.
///
/// CPU time is the user and system time of all threads. It varies less than wall-clock time on a shared machine.
struct Stopwatch: Sendable {
    /// The times between two moments.
    struct Reading: Sendable {
        var wall: Duration
        var cpu: Duration
    }

    private let start = ContinuousClock.now
    private let cpuAtStart = Self.cpuTime

    /// The times since the start.
    func read() -> Reading {
        Reading(wall: .now - start, cpu: Self.cpuTime - cpuAtStart)
    }

    /// User and system time of this process since its start.
    static var cpuTime: Duration {
        var usage = rusage()
        #if os(Linux)
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        #else
        getrusage(RUSAGE_SELF, &usage)
        #endif
        return [usage.ru_utime, usage.ru_stime].reduce(.zero) { sum, time in
            sum + .seconds(Int64(time.tv_sec)) + .microseconds(Int64(time.tv_usec))
        }
    }
}

extension ContinuousClock.Instant {
    fileprivate static var now: Self { ContinuousClock.now }
}

/// The resident memory of this process.
enum ResidentMemory {
    /// The size in bytes; nil if the system does not report it.
    static var bytes: Int? {
        // On Linux the second number is the count of resident pages (proc(5)).
        guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else { return nil }
        let fields = text.split(separator: " ")
        guard fields.count > 1, let pages = Int(fields[1]) else { return nil }
        return pages * Int(sysconf(Int32(_SC_PAGESIZE)))
    }
}
