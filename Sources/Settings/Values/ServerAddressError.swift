import TextCoding

/// An error in the address of a server.
///
/// The message repeats no part of the text. If the host is missing, or if a password has an unusual character, the text in
/// the place of the host or the port is part of the password.
public struct ServerAddressError: ValueError, Sendable, Hashable, CustomStringConvertible {
    /// The kind of mistake. More kinds may be added, so a switch needs a default.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        /// The name of the kind, for logs.
        public let description: String

        private init(_ description: String) { self.description = description }

        /// The host is missing or has characters that no host has.
        public static let host = Code("host")
        /// The port is not a number of 1 to 65535.
        public static let port = Code("port")
        /// The name before `=` is missing or not printable.
        public static let name = Code("name")
        /// The URL's scheme is neither `nats` nor `tls`.
        public static let scheme = Code("scheme")
        /// The user, password or token of the URL is not usable.
        public static let login = Code("login")
        /// The URL continues after the port.
        public static let path = Code("path")
    }

    /// The kind of mistake.
    public let code: Code
    /// What is wrong and what to write instead.
    public let message: String

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    init(_ error: AddressError) {
        switch error.part {
        case .host: self.init(.host, error.message)
        case .port: self.init(.port, error.message)
        }
    }

    /// The same as ``message``.
    public var description: String { message }
}
