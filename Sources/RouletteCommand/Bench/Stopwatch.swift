import Foundation

/// Measures what a stretch of work took: time on the wall, and the CPU time of the whole process.
///
/// CPU time counts user and system time of all threads. On a machine shared with others it is the steadier of the two.
struct Stopwatch: Sendable {
    /// What a stretch of work took.
    struct Reading: Sendable {
        var wall: Duration
        var cpu: Duration
    }

    private let start = ContinuousClock.now
    private let cpuAtStart = Self.cpuTime

    /// What it took until now.
    func read() -> Reading {
        Reading(wall: .now - start, cpu: Self.cpuTime - cpuAtStart)
    }

    /// User and system time of this process since it began.
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

/// The memory of this process that is in RAM at this moment.
enum ResidentMemory {
    /// In bytes; nil where the system does not tell.
    static var bytes: Int? {
        // Linux: the second number is the count of resident pages (proc(5)).
        guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else { return nil }
        let fields = text.split(separator: " ")
        guard fields.count > 1, let pages = Int(fields[1]) else { return nil }
        return pages * Int(sysconf(Int32(_SC_PAGESIZE)))
    }
}
