import Foundation

/// Finds programs that tests run and that are not ours.
package enum InstalledProgram {
    /// Directories looked into after the PATH: Debian keeps servers out of an ordinary user's PATH.
    private static let furtherDirectories = ["/usr/sbin", "/usr/local/sbin", "/usr/local/bin", "/opt/homebrew/bin"]

    /// The absolute path of `name`.
    ///
    /// - Throws: ``ProgramNotFound``, which says how to install it.
    package static func path(of name: String) throws(ProgramNotFound) -> String {
        let searched = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(String.init)
        for directory in searched + Self.furtherDirectories {
            let path = "\(directory)/\(name)"
            if FileManager.default.isExecutableFile(atPath: path) { return path }
        }
        throw ProgramNotFound(name: name)
    }
}

/// A program that tests need is not installed.
package struct ProgramNotFound: Error, CustomStringConvertible {
    package let name: String

    package var description: String {
        """
        \(self.name) is not installed. Debian, Ubuntu: sudo apt-get install \(self.name). \
        macOS: brew install \(self.name). Or run scripts/setup.
        """
    }
}
