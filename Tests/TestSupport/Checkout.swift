package import Foundation

/// The checkout that the tests were built from.
package enum Checkout {
    /// The root directory.
    package static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().standardizedFileURL
    /// The path of the root directory.
    package static let path = root.path
}
