#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Decides whether a file with a secret is private enough.
///
/// The rule is the one of libpq for private keys. Only the user may access the user's own file (`0600` or less). The group may
/// read a file of root (`0640` or less), which is how secrets are mounted into a container.
package struct FilePrivacy: Sendable {
    /// The permission bits.
    private let mode: UInt32
    private let owner: UInt32
    private let user: UInt32

    /// - Parameters:
    ///   - mode: The file's mode.
    ///   - owner: The user id of its owner.
    ///   - user: The user id to check for, or nil for the user of this process.
    package init(mode: UInt32, owner: UInt32, user: UInt32? = nil) {
        self.mode = mode & 0o777
        self.owner = owner
        self.user = user ?? geteuid()
    }

    /// Returns what is wrong and how to fix it, or nil if the file is private.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - reason: Why the file has to be private, such as "it holds a key".
    package func complaint(about path: String, because reason: String) -> String? {
        if owner == 0 {
            guard mode & 0o037 != 0 else { return nil }
            // Only root, or the configuration of the mount, can change the permissions.
            if user == 0 { return "others can read it, but \(reason); run: chmod 600 \(Self.shellQuoted(path))" }
            return "belongs to root and users outside its group can read it, but \(reason); run: "
                + "sudo chmod 640 \(Self.shellQuoted(path)), or mount it with mode 0440"
        }
        // Root can read every file.
        guard owner == user || user == 0 else {
            return "belongs to another user, but \(reason); make your own copy and use its path: "
                + "install -m 600 \(Self.shellQuoted(path)) ~/\(Self.shellQuoted(Self.name(of: path)))"
        }
        guard mode & 0o077 != 0 else { return nil }
        return "others can read it, but \(reason); run: chmod 600 \(Self.shellQuoted(path))"
    }

    private static func name(of path: String) -> String {
        path.split(separator: "/").last.map(String.init) ?? "secret"
    }

    /// Returns a path quoted as one word of a shell command.
    package static func shellQuoted(_ path: String) -> String {
        let isPlain = path.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "-")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "+"), UInt8(ascii: "@"):
                true
            default: false
            }
        }
        if isPlain, !path.isEmpty, !path.hasPrefix("-") { return path }
        return "'" + path.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }
}
