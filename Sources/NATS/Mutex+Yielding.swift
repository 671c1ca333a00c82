import Locking

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

extension Mutex where Value: ~Copyable {
    /// Runs `body` with the lock held, for a thread that can wait while others take the lock all the time.
    ///
    /// `Mutex` spins for some ten microseconds before it sleeps. The holder needs a fraction of one, unless the system took
    /// the processor from it: then spinning keeps the processor from the only one who can go on.
    func withLockYielding<Result>(_ body: (inout sending Value) -> sending Result) -> sending Result {
        for _ in 0..<16 {
            if let result = withLockIfAvailable(body) { return result }
            sched_yield()
        }
        return withLock(body)
    }
}
