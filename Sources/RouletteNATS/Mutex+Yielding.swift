import Locking

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

extension Mutex where Value: ~Copyable {
    /// Runs `body` with the lock held. For a thread that can wait while other threads take the lock frequently.
    ///
    /// `Mutex` spins for about ten microseconds before it sleeps. The holder usually needs a fraction of a microsecond. If the
    /// system has preempted the holder, spinning only keeps the processor from the thread that could release the lock.
    func withLockYielding<Result>(_ body: (inout sending Value) -> sending Result) -> sending Result {
        for _ in 0..<16 {
            if let result = withLockIfAvailable(body) { return result }
            sched_yield()
        }
        return withLock(body)
    }
}
