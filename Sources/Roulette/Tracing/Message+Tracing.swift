#if Tracing

public import Tracing

extension Message {
    /// Runs the code that handles the message in a span. The span is a child of the one that published or requested the message,
    /// if the message has its context.
    ///
    /// Messages that the code publishes belong to the same trace. The span is named `process` and the topic, ends with the code,
    /// and records its error. <doc:Tracing> has an example.
    ///
    /// Without a tracer, this only runs the code.
    ///
    /// - Parameter body: Handles the message.
    /// - Returns: The result of `body`.
    public func withSpan<Result>(_ body: (any Span) async throws -> Result) async rethrows -> Result {
        var context = InstrumentationContext.current ?? .topLevel
        guard let tracer = connection.tracing?.tracer else { return try await body(NoOpTracer.NoOpSpan(context: context)) }
        // Headers that cannot be decoded have no context.
        if let headers = (try? headers) ?? nil { tracer.extract(headers, into: &context, using: HeaderFields()) }
        return try await tracer.withSpan("\(MessageOperation.process.rawValue) \(topic)", context: context, ofKind: .consumer) {
            span in
            MessageOperation.process.describe(topic: topic, of: cluster, size: payload.readableBytes, in: span)
            return try await body(span)
        }
    }
}

#endif
