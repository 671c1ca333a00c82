import Foundation

/// The commands, filters, topics and messages that the console saves in the state directory for later runs.
///
/// It contains the bodies of messages, but never a login.
public struct ConsoleHistory: Sendable, Hashable, Codable {
    /// A message that was sent.
    public struct Message: Sendable, Hashable, Codable {
        /// The topic it was sent to.
        public var topic: String
        /// The headers, one `Name: value` on each line.
        public var headers: String
        /// The body, byte for byte.
        public var body: [UInt8]

        private enum CodingKeys: String, CodingKey {
            case topic, headers, body
            case base64 = "body_base64"
        }

        /// Creates a message.
        public init(topic: String, headers: String, body: [UInt8]) {
            (self.topic, self.headers, self.body) = (topic, headers, body)
        }

        /// Decodes a message written by ``encode(to:)``.
        public init(from decoder: any Decoder) throws {
            let values = try decoder.container(keyedBy: CodingKeys.self)
            topic = try values.decode(String.self, forKey: .topic)
            headers = try values.decode(String.self, forKey: .headers)
            if let text = try values.decodeIfPresent(String.self, forKey: .body) {
                body = Array(text.utf8)
            } else {
                body = Array(try values.decode(Data.self, forKey: .base64))
            }
        }

        /// Encodes the message, with its body as text, or as base64 if it is not UTF-8.
        public func encode(to encoder: any Encoder) throws {
            var values = encoder.container(keyedBy: CodingKeys.self)
            try values.encode(topic, forKey: .topic)
            try values.encode(headers, forKey: .headers)
            if let text = String(validating: body, as: UTF8.self) {
                try values.encode(text, forKey: .body)
            } else {
                try values.encode(Data(body), forKey: .base64)
            }
        }
    }

    /// An entry of the history.
    public enum Entry: Sendable, Hashable {
        /// A line of the command prompt.
        case command(String)
        /// A filter.
        case filter(String)
        /// A topic or pattern that was subscribed to.
        case topic(String)
        /// A message that was published or requested.
        case message(Message)
    }

    /// The maximum number of entries of each kind. The oldest are removed first.
    public static let capacity = 200
    /// The maximum total size of the saved messages in bytes.
    public static let messageBytes = 1 << 20
    /// The size in bytes above which a message is not saved.
    public static let largestMessage = 64 * 1024
    /// The file's name in the state directory.
    static let fileName = "history.json"
    /// The maximum size of the file in bytes. JSON takes up to six bytes for one.
    static let fileLimit = 8 << 20

    /// Lines of the command prompt. This list and the following ones begin with the oldest entry.
    public private(set) var commands: [String] = []
    /// Filters.
    public private(set) var filters: [String] = []
    /// Topics and patterns that were subscribed to.
    public private(set) var topics: [String] = []
    /// Messages that were sent.
    public private(set) var messages: [Message] = []

    /// An empty history.
    public init() {}

    /// Adds an entry at the end, and removes an equal older one. Ignores blank entries and messages that are too large.
    public mutating func add(_ entry: Entry) {
        switch entry {
        case .command(let line): Self.add(line, to: &commands)
        case .filter(let text): Self.add(text, to: &filters)
        case .topic(let text): Self.add(text, to: &topics)
        case .message(let message):
            guard message.byteCount <= Self.largestMessage else { return }
            messages.removeAll { $0 == message }
            messages.append(message)
            var bytes = messages.reduce(0) { $0 + $1.byteCount }
            while messages.count > Self.capacity || bytes > Self.messageBytes {
                bytes -= messages.removeFirst().byteCount
            }
        }
    }

    private static func add(_ text: String, to list: inout [String]) {
        guard !text.allSatisfy(\.isWhitespace) else { return }
        list.removeAll { $0 == text }
        list.append(text)
        if list.count > capacity { list.removeFirst(list.count - capacity) }
    }
}

extension ConsoleHistory.Message {
    /// The approximate size in bytes.
    var byteCount: Int { topic.utf8.count + headers.utf8.count + body.count }
}

extension StateDirectory {
    /// Reads the history of earlier runs. It is empty if there is no file.
    ///
    /// - Throws: ``SettingsError`` when the file is not a history. The file is left unchanged.
    public func readHistory() throws(SettingsError) -> ConsoleHistory {
        guard let bytes = try read(ConsoleHistory.fileName, limit: ConsoleHistory.fileLimit) else { return ConsoleHistory() }
        do {
            return try JSONDecoder().decode(ConsoleHistory.self, from: Data(bytes))
        } catch {
            throw SettingsError(
                .syntax,
                file: path + "/" + ConsoleHistory.fileName,
                "is not a history file of this program; remove it, or set history = false in the profile"
            )
        }
    }

    /// Adds an entry to the current content of the file. Consoles that do so at the same time wait for each other.
    public func remember(_ entry: ConsoleHistory.Entry) throws(SettingsError) {
        try withLock { () throws(SettingsError) in
            var history = try readHistory()
            history.add(entry)
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            guard let data = try? encoder.encode(history) else {
                throw SettingsError(.invalid, file: path + "/" + ConsoleHistory.fileName, "cannot be written as JSON")
            }
            try write(Array(data), to: ConsoleHistory.fileName)
        }
    }
}
