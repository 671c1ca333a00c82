/// Why a server's monitoring endpoint could not be read.
///
/// The message says what happened and what to do. Text that came from the peer is not in it.
public struct MonitorError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The kind of failure. Compare with the static members; more may come.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        /// A stable identifier, fit for logs.
        public let description: String

        private init(_ description: String) {
            self.description = description
        }

        /// The text is no URL of a monitoring endpoint.
        public static let url = Code("url")
        /// No connection could be made, or it was lost.
        public static let unreachable = Code("unreachable")
        /// No complete answer came in time.
        public static let timeout = Code("timeout")
        /// The answer is not what the endpoints of a NATS server send.
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
    /// The bytes of an answer are not what an endpoint sends.
    init(_ failure: JSONReader.Failure, _ endpoint: String) {
        let reason =
            switch failure {
            case .end: "it ends too early"
            case .malformed: "it is not its JSON"
            case .tooDeep: "it is nested deeper than \(JSONReader.maximumDepth) levels"
            }
        self.init(.answer, "the answer is not that of \(endpoint) of a NATS server: \(reason)")
    }
}
