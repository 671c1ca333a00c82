import Foundation

/// The state of the files of a theme. Two stamps differ when a file was written, replaced, added or removed in between.
///
/// A stamp costs a few calls of `stat`, so one can be taken every second.
public struct ThemeStamp: Sendable, Hashable {
    /// One file at one moment. Editors save by writing to a new file and renaming it, so the inode counts too.
    private struct File: Hashable {
        let device: UInt64
        let inode: UInt64
        let size: Int64
        let seconds: Int64
        let nanoseconds: Int64

        init?(_ path: String) {
            var status = stat()
            guard stat(path, &status) == 0 else { return nil }
            device = UInt64(truncatingIfNeeded: status.st_dev)
            inode = UInt64(truncatingIfNeeded: status.st_ino)
            size = Int64(status.st_size)
            #if canImport(Darwin)
                let modified = status.st_mtimespec
            #else
                let modified = status.st_mtim
            #endif
            seconds = Int64(modified.tv_sec)
            nanoseconds = Int64(modified.tv_nsec)
        }
    }

    private let files: [File?]

    fileprivate init(paths: [String]) {
        files = paths.map { File($0) }
    }
}

extension ThemeLibrary {
    /// The files that a theme is made of, as they are now, and the paths where another file would take precedence over them.
    ///
    /// - Parameter lineage: The theme and those it inherits from, as ``ThemeFile/lineage`` names them.
    public func stamp(of lineage: [String]) -> ThemeStamp {
        ThemeStamp(paths: lineage.flatMap { name in directories.map { "\($0)/\(name).toml" } })
    }
}
