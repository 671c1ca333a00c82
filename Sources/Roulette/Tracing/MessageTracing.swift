import NATSWire

#if Tracing

import Tracing

/// Creates the spans of a client, with the names and attributes of OpenTelemetry's conventions for messaging.
@usableFromInline
final class MessageTracing: Sendable {
    let tracer: any Tracer

    /// - Returns: Nil if the tracer records nothing. Tracing then costs nothing.
    init?(_ tracer: (any Tracer)?) {
        guard let tracer, !(tracer is NoOpTracer) else { return nil }
        self.tracer = tracer
    }

    /// Starts the span of a message that is sent, and adds its context to the headers.
    ///
    /// - Parameters:
    ///   - operation: What the span measures.
    ///   - topic: The topic of the message.
    ///   - cluster: The cluster that owns the topic; nil if the topic is not valid.
    ///   - size: The number of bytes of the payload.
    ///   - headers: The headers of the message.
    func begin(
        _ operation: MessageOperation,
        topic: String,
        of cluster: Cluster?,
        size: Int,
        headers: inout Headers?
    ) -> MessageSpan {
        let span = tracer.startSpan("\(operation.rawValue) \(topic)", ofKind: operation.kind)
        operation.describe(topic: topic, of: cluster, size: size, in: span)
        var carrier = headers ?? Headers()
        tracer.inject(span.context, into: &carrier, using: HeaderFields())
        if !carrier.isEmpty { headers = carrier }
        return MessageSpan(span: span)
    }
}

/// A span that ends with its operation.
@usableFromInline
struct MessageSpan: Sendable {
    let span: any Span

    /// Ends the span.
    /// - Parameter error: The reason why the operation failed.
    @usableFromInline
    func end(_ error: RouletteError? = nil) {
        if let error {
            span.recordError(error)
            span.setStatus(SpanStatus(code: .error, message: error.message))
            span.attributes["error.type"] = error.code.description
        }
        span.end()
    }
}

extension MessageOperation {
    fileprivate var kind: SpanKind {
        switch self {
        case .publish: .producer
        case .request: .client
        case .process: .consumer
        }
    }

    /// Sets the attributes of a span.
    func describe(topic: String, of cluster: Cluster?, size: Int, in span: any Span) {
        guard span.isRecording else { return }
        span.updateAttributes { attributes in
            attributes["messaging.system"] = "nats"
            attributes["messaging.operation.name"] = rawValue
            attributes["messaging.operation.type"] = self == .process ? "process" : "send"
            attributes["messaging.destination.name"] = topic
            attributes["messaging.message.body.size"] = size
            guard let cluster else { return }
            attributes["server.address"] = cluster.address
            attributes["roulette.cluster"] = cluster.name
        }
    }
}

/// Writes and reads the context of a span as headers of a message.
struct HeaderFields: Injector, Extractor {
    func inject(_ value: String, forKey key: String, into headers: inout Headers) {
        // A message must not fail because of its trace, so a field that cannot be a header is left out.
        try? headers.set(key, value)
    }

    func extract(key: String, from headers: Headers) -> String? { headers[key] }
}

#else

/// There are no spans without the trait `Tracing`.
@usableFromInline
enum MessageTracing: Sendable {}

/// There are no spans without the trait `Tracing`.
@usableFromInline
enum MessageSpan: Sendable {
    @usableFromInline
    func end(_ error: RouletteError? = nil) {}
}

#endif

/// What a span measures, as OpenTelemetry names it.
@usableFromInline
enum MessageOperation: String, Sendable {
    /// From the call that publishes a message until the message was accepted.
    case publish
    /// From a request to its reply.
    case request
    /// The handling of a message by a consumer.
    case process
}

extension RouletteClient {
    /// Starts the span of a message that is sent, and adds its context to the headers. Nil without tracing.
    ///
    /// - Parameter cluster: The cluster that owns the topic, if it is known already.
    @usableFromInline
    func beginSpan(
        _ operation: MessageOperation,
        topic: String,
        of cluster: Cluster? = nil,
        size: Int,
        headers: inout Headers?
    ) -> MessageSpan? {
        #if Tracing
        tracing?.begin(operation, topic: topic, of: cluster ?? (try? owner(of: topic)), size: size, headers: &headers)
        #else
        nil
        #endif
    }
}
