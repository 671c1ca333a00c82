import Foundation
import Testing

@testable import Settings

/// The lines of the error that `body` throws.
func problems(_ body: () throws(SettingsError) -> some Any) -> [String] {
    do {
        _ = try body()
        return []
    } catch {
        return error.description.split(separator: "\n").map(String.init)
    }
}

/// Creates a temporary directory for `body`, and deletes it afterwards.
func withTemporaryDirectory(_ body: (String) throws -> Void) throws {
    let path = FileManager.default.temporaryDirectory.path + "/settings-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: path) }
    try body(path)
}

/// Writes a file with a mode.
func write(_ text: String, to path: String, mode: Int = 0o600) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
}

/// The mode bits of a file.
func mode(of path: String) throws -> Int {
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    return try #require(attributes[.posixPermissions] as? Int)
}

/// The package's directory, for the files that are shipped with it.
let packageDirectory = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

/// The text of a shipped file.
func shippedText(_ path: String) throws -> String {
    try String(contentsOfFile: packageDirectory + "/" + path, encoding: .utf8)
}
