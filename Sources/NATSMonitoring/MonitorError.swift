/// The reason why a server's monitoring endpoint could not be read.
///
/// The message states what happened and what to do. It contains no text from the peer.
public struct MonitorError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kind of failure. Compare with the static members; more may be added.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        /// A stable identifier, suitable for logs.
        public let description: String

        private init(_ description: String) {
            self.description = description
        }

        /// The text is not the URL of a monitoring endpoint.
        public static let url = Code("url")
        /// The connection could not be established, or was lost.
        public static let unreachable = Code("unreachable")
        /// No complete answer arrived in time.
        public static let timeout = Code("timeout")
        /// The server refuses the login, or the login may not ask.
        public static let refused = Code("refused")
        /// The answer is not one of a NATS server's endpoints.
        public static let answer = Code("answer")
    }

    /// The kind of failure.
    public let code: Code
    /// What happened and what to do, in one line.
    public let message: String

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The message.
    public var description: String { message }
}

extension MonitorError {
    /// Creates an error for bytes that are not an answer of this endpoint.
    init(_ failure: JSONReader.ParseError, _ endpoint: String) {
        let reason =
            switch failure {
            case .end: "it ends too early"
            case .malformed: "it is not the expected JSON"
            case .tooDeep: "it is nested deeper than \(JSONReader.maximumDepth) levels"
            }
        self.init(.answer, "the answer is not that of \(endpoint) of a NATS server: \(reason)")
    }
}
