import Foundation

/// Where demos keep their files: `roulette-demo-<uid>` in the user's runtime or temporary directory, with one directory
/// per running demo.
///
/// A demo's directory has a lock that its supervisor holds for as long as it lives, whatever ends it. That is how a later
/// demo tells what was left behind from what is in use.
struct DemoDirectories {
    private let base: String

    /// A directory of a new demo, and the descriptor that holds its lock.
    struct Claim {
        let path: String
        let lock: Int32
    }

    /// Opens the place for demos, and makes it if it is missing.
    ///
    /// - Throws: ``CommandFailure`` when it is not a directory that only this user can enter.
    init(environment: [String: String]) throws(CommandFailure) {
        let parents = [environment["XDG_RUNTIME_DIR"], environment["TMPDIR"], "/tmp"].compactMap(\.self)
        let parent = parents.first { $0.hasPrefix("/") && access($0, W_OK | X_OK) == 0 } ?? "/tmp"
        let path = "\(parent)/roulette-demo-\(geteuid())"
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
            throw .failed(
                "\(path) cannot be made: \(String(cString: strerror(errno))); set TMPDIR to a directory that can be written"
            )
        }
        // A directory that others can change, as anyone can make one in /tmp, could have us stop or start their programs.
        var status = stat()
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR, status.st_uid == geteuid(),
            status.st_mode & 0o077 == 0
        else {
            throw .usage("\(path) is not a private directory of yours; remove it, or set TMPDIR to another place")
        }
        // Server processes are recognized by the paths in their command lines: there must be only one way to write them.
        guard let resolved = realpath(path, nil) else {
            throw .failed("\(path) cannot be used: \(String(cString: strerror(errno)))")
        }
        defer { free(resolved) }
        base = String(cString: resolved)
    }

    /// Makes the directory of a new demo, and clears away demos whose supervisors are gone.
    func claim() throws(CommandFailure) -> Claim {
        // Nobody may take a directory for a leftover between its making and its locking.
        let gate = try Self.open(base + "/lock")
        defer { close(gate) }
        while flock(gate, LOCK_EX) != 0 {
            guard errno == EINTR else { throw .failed("\(base) cannot be locked: \(String(cString: strerror(errno)))") }
        }
        removeLeftovers()

        var template = (base + "/demo-XXXXXX").utf8CString.map(\.self)
        guard mkdtemp(&template) != nil else {
            throw .failed("no directory in \(base): \(String(cString: strerror(errno)))")
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
            DemoServers(directory: directory).stopAndRemove()
        }
    }

    private static func open(_ path: String) throws(CommandFailure) -> Int32 {
        let descriptor = Foundation.open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw .failed("\(path) cannot be opened: \(String(cString: strerror(errno)))") }
        return descriptor
    }
}
