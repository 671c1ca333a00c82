/// The version of this package. The program prints it, and servers list it with each connection.
package enum LibraryVersion {
    /// Follows <https://semver.org>.
    package static let current = "0.1.0"
}
