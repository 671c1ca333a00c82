/// Whether a server considers itself well (`/healthz`).
public struct ServerHealth: Sendable, Hashable {
    /// `ok`, or what is wrong.
    public let status: String
    /// More about what is wrong, if it says so. Untrusted text.
    public let error: String?

    /// Whether it is well.
    public var isWell: Bool { status == "ok" }

    /// Reads the answer of `/healthz`.
    ///
    /// - Parameter json: The answer, of any peer: it costs time in proportion to its bytes.
    /// - Throws: ``MonitorError/Code/answer`` when it is no such answer.
    public init(json: [UInt8]) throws(MonitorError) {
        var reader = JSONReader(json)
        do throws(JSONReader.Failure) {
            guard try reader.peek() == UInt8(ascii: "{") else { throw JSONReader.Failure.malformed }
            var fields = try AnswerFields(&reader)
            try reader.finish()
            guard let status = fields.text("status"), !status.isEmpty else { throw JSONReader.Failure.malformed }
            self.status = status
            error = fields.text("error")
        } catch {
            throw MonitorError(error, "/healthz")
        }
    }
}
