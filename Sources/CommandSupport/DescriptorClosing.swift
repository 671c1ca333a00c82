#if os(Linux)
import Foundation

/// Closes descriptors in programs that this process starts.
enum DescriptorClosing {
    private typealias AddCloseFrom = @convention(c) (UnsafeMutablePointer<posix_spawn_file_actions_t>, Int32) -> Int32

    /// Closes all descriptors from `first` on in the child, just before its program begins.
    ///
    /// - Returns: Whether the C library supports this (glibc does since 2.34).
    static func add(to actions: inout posix_spawn_file_actions_t, from first: Int32) -> Bool {
        guard let symbol = dlsym(nil, "posix_spawn_file_actions_addclosefrom_np") else { return false }
        return unsafeBitCast(symbol, to: AddCloseFrom.self)(&actions, first) == 0
    }

    /// Marks all open descriptors from `first` on as close-on-exec.
    static func markAll(from first: Int32) {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
        for descriptor in names.compactMap({ Int32($0) }) where descriptor >= first {
            FileDescriptors.closeOnExec(descriptor)
        }
    }
}
#endif
