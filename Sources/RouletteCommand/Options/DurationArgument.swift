import ArgumentParser
import Settings
import TextCoding

/// Reads durations from options.
enum DurationArgument {
    /// `250ms`, `5s`, `2m`, `1h`; a whole number is milliseconds, as in the configuration.
    static func milliseconds(_ text: String) throws -> Duration {
        do {
            return try DurationText.parse(text)
        } catch {
            throw ValidationError(error.message)
        }
    }

    /// The same, but a whole number is seconds.
    static func seconds(_ text: String) throws -> Duration {
        let isNumber = !text.isEmpty && text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        return try milliseconds(isNumber ? text + "s" : text)
    }
}
