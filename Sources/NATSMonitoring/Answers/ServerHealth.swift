/// Whether a server considers itself healthy (`/healthz`).
public struct ServerHealth: Sendable, Hashable {
    /// `ok`, or the kind of problem.
    public let status: String
    /// Details of the problem, if the answer has them. Untrusted text.
    public let error: String?

    /// Whether the server is healthy.
    public var isWell: Bool { status == "ok" }

    /// Parses the answer of `/healthz`.
    ///
    /// - Parameter json: The answer, from an untrusted peer. Time is proportional to its size.
    /// - Throws: ``MonitorError/Code/answer`` if the bytes are not such an answer.
    public init(json: [UInt8]) throws(MonitorError) {
        var reader = JSONReader(json)
        do throws(JSONReader.ParseError) {
            guard try reader.peek() == UInt8(ascii: "{") else { throw JSONReader.ParseError.malformed }
            var fields = try AnswerFields(&reader)
            try reader.finish()
            guard let status = fields.text("status"), !status.isEmpty else { throw JSONReader.ParseError.malformed }
            self.status = status
            error = fields.text("error")
        } catch {
            throw MonitorError(error, "/healthz")
        }
    }
}
