import Foundation

/// A file of the repository that is generated from the code.
///
/// `UPDATE_DOCUMENTATION=1 swift test` writes the files again. Read the difference before you commit it.
package struct GeneratedFile {
    private let file: URL

    /// - Parameter path: The path from the root of the checkout.
    package init(_ path: String) {
        file = Checkout.root.appendingPathComponent(path)
    }

    /// Compares the file with the text that the code generates now.
    /// - Returns: The lines that differ; empty if the file is up to date.
    package func differences(from text: String) throws -> [String] {
        if ProcessInfo.processInfo.environment["UPDATE_DOCUMENTATION"] != nil {
            try Data(text.utf8).write(to: file)
        }
        let written = String(decoding: try Data(contentsOf: file), as: UTF8.self)
        guard written != text else { return [] }
        let lines = [written, text].map { $0.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) }
        return lines[1].difference(from: lines[0]).map { change in
            switch change {
            case .insert(_, let line, _): "+ \(line)"
            case .remove(_, let line, _): "- \(line)"
            }
        }
    }
}
