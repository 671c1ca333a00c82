/// The version of this package, which the program prints and servers list with each connection.
package enum LibraryVersion {
    /// By <https://semver.org>.
    package static let current = "0.1.0"
}
