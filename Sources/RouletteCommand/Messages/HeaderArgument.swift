import CommandSupport
import NATSWire

/// Reads headers given as `-H NAME:VALUE`.
enum HeaderArgument {
    /// - Returns: The headers; nil if there are none.
    /// - Throws: ``CommandError`` of kind usage. It gives the number of the header.
    static func headers(_ arguments: [String]) throws(CommandError) -> Headers? {
        guard !arguments.isEmpty else { return nil }
        var headers = Headers()
        for (index, argument) in arguments.enumerated() {
            guard let colon = argument.utf8.firstIndex(of: UInt8(ascii: ":")) else {
                throw .usage("header number \(index + 1) has no colon; write -H 'NAME: VALUE'")
            }
            // Receivers drop spaces around a value, so a space after the colon is not part of the value.
            let value = argument[argument.utf8.index(after: colon)...].drop { $0 == " " }
            do {
                try headers.add(String(argument[..<colon]), String(value))
            } catch {
                throw .usage("header number \(index + 1): \(error.description)")
            }
        }
        return headers
    }
}
