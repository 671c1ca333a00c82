#if THREAD_SANITIZER
/// The lock of this package, in a form that the thread sanitizer understands.
package typealias Mutex = PthreadMutex
#else
package import Synchronization

/// The lock of this package: `Synchronization.Mutex`, except in builds for the thread sanitizer.
///
/// A file that also needs atomics imports them by name (`import struct Synchronization.Atomic`), so that `Mutex` has one
/// meaning in every build.
package typealias Mutex = Synchronization.Mutex
#endif
