package import NATSWire

extension Subject {
    /// Checks a topic to publish to.
    /// - Throws: ``RouletteError/Code/invalidTopic``.
    package static func topic(_ topic: String) throws(RouletteError) -> Subject {
        do {
            return try Subject(topic)
        } catch {
            throw RouletteError(.invalidTopic, "\(error)", cause: error)
        }
    }

    /// Checks a topic or pattern to subscribe to.
    /// - Throws: ``RouletteError/Code/invalidTopic``.
    package static func topicPattern(_ pattern: String) throws(RouletteError) -> Subject {
        do {
            return try Subject.pattern(pattern)
        } catch {
            throw RouletteError(.invalidTopic, "\(error)", cause: error)
        }
    }
}
