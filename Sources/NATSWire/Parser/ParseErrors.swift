/// The errors of the parser. Never inlined, so that rarely executed code does not slow down the loop.
extension WireError {
    @inline(never)
    static func unknownOperation(_ line: UnsafeRawBufferPointer) -> WireError {
        WireError(
            code: .unknownOperation,
            message: "not an operation of a NATS server; check that host and port belong to one and whether it expects TLS first",
            offending: line
        )
    }

    @inline(never)
    static func strayCarriageReturn(_ line: UnsafeRawBufferPointer) -> WireError {
        WireError(
            code: .invalidLineEnding,
            message: "a carriage return inside a control line; only CR LF or LF ends one",
            offending: line
        )
    }

    @inline(never)
    static func lineTooLong(_ line: UnsafeRawBufferPointer, limit: Int) -> WireError {
        WireError(code: .lineTooLong, message: "a control line of more than \(limit) bytes", offending: line)
    }

    @inline(never)
    static func argumentCount(_ line: UnsafeRawBufferPointer, withHeaders: Bool) -> WireError {
        let rule = withHeaders ? "HMSG takes 4 or 5 arguments" : "MSG takes 3 or 4 arguments"
        return WireError(code: .argumentCount, message: rule, offending: line)
    }

    @inline(never)
    static func subscriptionID(_ line: UnsafeRawBufferPointer, _ token: ArgumentScanner.Token) -> WireError {
        WireError(
            code: .invalidSubscriptionID,
            message: "a subscription id must be a decimal number below 2^64",
            offending: line[Int(token.start)..<Int(token.end)]
        )
    }

    @inline(never)
    static func size(_ line: UnsafeRawBufferPointer, _ token: ArgumentScanner.Token) -> WireError {
        WireError(
            code: .invalidSize,
            message: "a size must be a decimal number of bytes below 2^64",
            offending: line[Int(token.start)..<Int(token.end)]
        )
    }

    @inline(never)
    static func messageTooLarge(_ line: UnsafeRawBufferPointer, limits: OperationParser.Limits) -> WireError {
        WireError(
            code: .messageTooLarge,
            message: "a message larger than the limit of \(limits.maxMessageSize) bytes was announced",
            offending: line
        )
    }

    @inline(never)
    static func headerLongerThanMessage(_ line: UnsafeRawBufferPointer) -> WireError {
        WireError(
            code: .headerLongerThanMessage,
            message: "headers longer than the whole message were announced",
            offending: line
        )
    }

    @usableFromInline
    @inline(never)
    static func missingPayloadTerminator(_ frame: UnsafeRawBufferPointer) -> WireError {
        WireError(
            code: .missingPayloadTerminator,
            message: "no CR LF after the announced number of payload bytes",
            offending: frame
        )
    }
}
