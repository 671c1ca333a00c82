import Foundation

/// The state of the files of a theme. Two stamps differ if a file was written, replaced, added or removed in between.
///
/// A stamp costs a few calls of `stat`, which is cheap enough for every second.
public struct ThemeStamp: Sendable, Hashable {
    /// The state of one file. Many editors save by writing a new file and renaming it, so the inode is compared too.
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
    /// A stamp of the files of a theme, and of the paths where a new file would take precedence over them.
    ///
    /// - Parameter lineage: The theme and those it inherits from, as ``ThemeFile/lineage`` names them.
    public func stamp(of lineage: [String]) -> ThemeStamp {
        ThemeStamp(paths: lineage.flatMap { name in directories.map { "\($0)/\(name).toml" } })
    }
}
