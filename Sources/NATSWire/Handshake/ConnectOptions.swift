public import NIOCore
import TextCoding

/// The contents of CONNECT (client protocol documentation; ADR-40).
///
/// Flags are always sent, because a server treats an absent `verbose`, `pedantic` or `echo` as true. Every description of a
/// value hides the secrets; only ``encoded()`` contains them.
public struct ConnectOptions: Sendable, Hashable {
    /// Asks for +OK after each operation.
    public var verbose = false
    /// Asks for stricter checks of subjects.
    public var pedantic = false
    /// Whether this client requires TLS.
    public var tlsRequired = false
    /// A name for this connection, as shown by the server's monitoring.
    public var name: String?
    /// The language of the client.
    public var lang = "swift"
    /// The version of the client.
    public var version = ""
    /// 1: the server may send INFO at any time.
    public var protocolVersion = 1
    /// Whether messages of this connection are delivered to its own subscriptions.
    public var echo = true
    /// Whether this client understands HMSG.
    public var headers = true
    /// Asks for a 503 if the subject of a request has no subscribers. Requires `headers`.
    public var noResponders = true
    /// The user's name.
    public var user: String?
    /// The user's password, a secret.
    public var pass: String?
    /// An authentication token, a secret.
    public var authToken: String?
    /// A user JWT. It is a secret: a JWT without a bound key is sufficient to log in.
    public var jwt: String?
    /// The public part of the NKEY that signed ``sig``.
    public var nkey: String?
    /// The nonce of INFO, signed, in URL-safe base64 without padding.
    public var sig: String?

    /// Creates the default options, without credentials.
    public init() {}

    /// The complete frame, `CONNECT {…}` CR LF, including secrets.
    public func encoded() -> ByteBuffer {
        var options: JSONObject = [
            "verbose": .bool(self.verbose), "pedantic": .bool(self.pedantic), "tls_required": .bool(tlsRequired),
        ]
        options.append("name", ifPresent: self.name)
        options.append("lang", .string(self.lang))
        options.append("version", .string(self.version))
        options.append("protocol", .number(protocolVersion))
        options.append("echo", .bool(self.echo))
        options.append("headers", .bool(self.headers))
        options.append("no_responders", .bool(noResponders))
        options.append("user", ifPresent: self.user)
        options.append("pass", ifPresent: self.pass)
        options.append("auth_token", ifPresent: authToken)
        options.append("jwt", ifPresent: self.jwt)
        options.append("nkey", ifPresent: self.nkey)
        options.append("sig", ifPresent: self.sig)
        let json = options.bytes
        var frame = ByteBuffer()
        frame.reserveCapacity("CONNECT \r\n".utf8.count + json.count)
        frame.writeStaticString("CONNECT ")
        frame.writeBytes(json)
        frame.writeStaticString("\r\n")
        return frame
    }

    /// The same options with every secret replaced.
    private var redacted: ConnectOptions {
        var copy = self
        let mask = "<redacted>"
        if copy.pass != nil { copy.pass = mask }
        if copy.authToken != nil { copy.authToken = mask }
        if copy.jwt != nil { copy.jwt = mask }
        if copy.sig != nil { copy.sig = mask }
        return copy
    }
}

extension ConnectOptions: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The JSON of CONNECT, with secrets replaced.
    public var description: String {
        String(decoding: redacted.encoded().readableBytesView.dropFirst("CONNECT ".utf8.count).dropLast(2), as: UTF8.self)
    }

    /// The same as ``description``.
    public var debugDescription: String { description }

    /// Contains only ``description``, so that `dump` and debuggers hide the secrets too.
    public var customMirror: Mirror { Mirror(self, children: ["connect": description]) }
}

extension JSONObject {
    fileprivate mutating func append(_ key: String, ifPresent text: String?) {
        if let text { self.append(key, .string(text)) }
    }
}
