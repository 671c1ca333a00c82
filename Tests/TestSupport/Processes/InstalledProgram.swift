import Foundation

/// Finds external programs that the tests run.
package enum InstalledProgram {
    /// Directories to search after the PATH. On Debian, an ordinary user's PATH does not include servers.
    private static let furtherDirectories = ["/usr/sbin", "/usr/local/sbin", "/usr/local/bin", "/opt/homebrew/bin"]

    /// Returns the absolute path of `name`.
    ///
    /// - Throws: ``ProgramNotFoundError`` with instructions for installation.
    package static func path(of name: String) throws(ProgramNotFoundError) -> String {
        let searched = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(String.init)
        for directory in searched + Self.furtherDirectories {
            let path = "\(directory)/\(name)"
            if FileManager.default.isExecutableFile(atPath: path) { return path }
        }
        throw ProgramNotFoundError(name: name)
    }
}

/// A program that the tests need is not installed.
package struct ProgramNotFoundError: Error, CustomStringConvertible {
    package let name: String

    package var description: String {
        """
        \(self.name) is not installed. Debian, Ubuntu: sudo apt-get install \(self.name). \
        macOS: brew install \(self.name). Or run scripts/setup.
        """
    }
}
