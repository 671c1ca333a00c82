/// The reply of a server to a request of the system account (`$SYS.REQ.SERVER.PING.VARZ` and its siblings).
///
/// Every server of a cluster replies. A reply names its server, and contains what the monitoring endpoint of the same name
/// answers.
public struct SystemReply: Sendable, Hashable {
    /// The id of the server that replied.
    public let serverID: String
    /// The name of the server.
    public let serverName: String
    /// The version of the server.
    public let version: String
    /// The name of its cluster, if it belongs to one.
    public let cluster: String?
    /// The JSON of the answer, to be read by ``ServerStatus``, ``ConnectionList`` and the others. nil if the server replied with
    /// an error.
    public let answer: [UInt8]?
    /// The error text of the server, if it replied with an error. Untrusted text.
    public let error: String?

    /// Parses a reply.
    ///
    /// - Parameter json: The payload of the reply, from an untrusted peer. Time is proportional to its size.
    /// - Throws: ``MonitorError/Code/answer`` if the bytes are not such a reply.
    public init(json: [UInt8]) throws(MonitorError) {
        do throws(JSONReader.ParseError) {
            var reader = JSONReader(json)
            var server = AnswerFields([:])
            var failure = AnswerFields([:])
            var answer: [UInt8]?
            try reader.object { name, reader throws(JSONReader.ParseError) in
                let isObject = try reader.peek() == UInt8(ascii: "{")
                switch name {
                case "server" where isObject: server = try AnswerFields(&reader)
                case "error" where isObject: failure = try AnswerFields(&reader)
                case "data" where isObject: answer = Array(json[try reader.skippedBytes()])
                default: try reader.skip()
                }
            }
            try reader.finish()
            guard let id = server.text("id"), !id.isEmpty else { throw JSONReader.ParseError.malformed }
            serverID = id
            serverName = server.text("name") ?? id
            version = server.text("ver") ?? ""
            cluster = server.text("cluster")
            self.answer = answer
            error = failure.text("description") ?? (answer == nil ? "the reply has no answer" : nil)
        } catch {
            throw MonitorError(error, "$SYS.REQ.SERVER.PING")
        }
    }
}
