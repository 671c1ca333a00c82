#if THREAD_SANITIZER
    import SanitizedMutex

    /// One that the thread sanitizer knows.
    typealias Mutex = PthreadMutex
#endif
