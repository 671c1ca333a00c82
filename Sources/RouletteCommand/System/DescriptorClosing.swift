#if os(Linux)
    import Foundation

    /// Keeps descriptors from programs that are started.
    enum DescriptorClosing {
        private typealias AddCloseFrom = @convention(c) (UnsafeMutablePointer<posix_spawn_file_actions_t>, Int32) -> Int32

        /// Has the new process close all descriptors from a number on, just before the program begins.
        ///
        /// - Returns: Whether this C library can do that: glibc can since 2.34.
        static func add(to actions: inout posix_spawn_file_actions_t, from first: Int32) -> Bool {
            guard let symbol = dlsym(nil, "posix_spawn_file_actions_addclosefrom_np") else { return false }
            return unsafeBitCast(symbol, to: AddCloseFrom.self)(&actions, first) == 0
        }

        /// Marks all open descriptors from a number on, so that they close when a program begins.
        static func markAll(from first: Int32) {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
            for descriptor in names.compactMap({ Int32($0) }) where descriptor >= first {
                FileDescriptors.closeOnExec(descriptor)
            }
        }
    }
#endif
