import CommandSupport
import Foundation

/// The directory for the files of demos: `roulette-demo-<uid>` in the user's runtime or temporary directory. Each running demo
/// has a directory in it.
///
/// A demo's directory contains a lock, which the supervisor holds until its process ends. A later demo removes the directories
/// whose locks are free.
struct DemoDirectories {
    private let base: String

    /// The directory of a new demo, and the descriptor that holds its lock.
    struct Claim {
        let path: String
        let lock: Int32
    }

    /// Opens the directory, and creates it if it does not exist.
    ///
    /// - Throws: ``CommandError`` if other users can enter the directory.
    init(environment: [String: String]) throws(CommandError) {
        let parents = [environment["XDG_RUNTIME_DIR"], environment["TMPDIR"], "/tmp"].compactMap(\.self)
        let parent = parents.first { $0.hasPrefix("/") && access($0, W_OK | X_OK) == 0 } ?? "/tmp"
        let path = "\(parent)/roulette-demo-\(geteuid())"
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
            throw .failed(
                "cannot create \(path): \(String(cString: strerror(errno))); set TMPDIR to a writable directory"
            )
        }
        // Any user can create a directory in /tmp. If other users could write to it, they could make the demo stop or start other
        // programs.
        var status = stat()
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR, status.st_uid == geteuid(),
            status.st_mode & 0o077 == 0
        else {
            throw .usage("\(path) is not a private directory of this user; remove it, or set TMPDIR to another directory")
        }
        // Server processes are recognized by the paths in their command lines, so each file must have one path.
        guard let resolved = realpath(path, nil) else {
            throw .failed("\(path) cannot be used: \(String(cString: strerror(errno)))")
        }
        defer { free(resolved) }
        base = String(cString: resolved)
    }

    /// Creates the directory of a new demo, and removes those of demos whose supervisors have ended.
    func claim() throws(CommandError) -> Claim {
        // Without this lock, another demo could remove a directory between its creation and its locking.
        let gate = try Self.open(base + "/lock")
        defer { close(gate) }
        while flock(gate, LOCK_EX) != 0 {
            guard errno == EINTR else { throw .failed("\(base) cannot be locked: \(String(cString: strerror(errno)))") }
        }
        removeLeftovers()

        var template = (base + "/demo-XXXXXX").utf8CString.map(\.self)
        guard mkdtemp(&template) != nil else {
            throw .failed("cannot create a directory in \(base): \(String(cString: strerror(errno)))")
        }
        let path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        let lock = try Self.open(path + "/lock")
        guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
            close(lock)
            throw .failed("\(path) cannot be locked")
        }
        return Claim(path: path, lock: lock)
    }

    private func removeLeftovers() {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: base)) ?? []
        for name in names where name.hasPrefix("demo-") {
            let directory = base + "/" + name
            guard let lock = try? Self.open(directory + "/lock") else { continue }
            defer { close(lock) }
            guard flock(lock, LOCK_EX | LOCK_NB) == 0 else { continue }
            DemoProcessList(directory: directory).stopAndRemove()
        }
    }

    private static func open(_ path: String) throws(CommandError) -> Int32 {
        let descriptor = Foundation.open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw .failed("\(path) cannot be opened: \(String(cString: strerror(errno)))") }
        return descriptor
    }
}
