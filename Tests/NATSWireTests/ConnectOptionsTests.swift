import NATSWire
import NIOCore
import Testing

@Suite struct ConnectOptionsTests {
    @Test func `all flags are written with their defaults`() {
        #expect(
            String(buffer: ConnectOptions().encoded())
                == #"CONNECT {"verbose":false,"pedantic":false,"tls_required":false,"lang":"swift","version":"","#
                + #""protocol":1,"echo":true,"headers":true,"no_responders":true}"# + "\r\n"
        )
    }

    @Test func `every field is written`() {
        var options = ConnectOptions()
        options.verbose = true
        options.pedantic = true
        options.tlsRequired = true
        options.name = "n"
        options.version = "1.0"
        options.echo = false
        options.headers = false
        options.noResponders = false
        options.user = "u"
        options.pass = "p"
        options.authToken = "t"
        options.jwt = "j"
        options.nkey = "k"
        options.sig = "s"
        #expect(
            String(buffer: options.encoded())
                == #"CONNECT {"verbose":true,"pedantic":true,"tls_required":true,"name":"n","lang":"swift","version":"1.0","#
                + #""protocol":1,"echo":false,"headers":false,"no_responders":false,"user":"u","pass":"p","auth_token":"t","#
                + #""jwt":"j","nkey":"k","sig":"s"}"# + "\r\n"
        )
    }

    @Test func `characters that would end the line or the text are escaped`() {
        var options = ConnectOptions()
        options.name = "a\"b\\c\r\nPUB x 0\r\n\u{0}\u{1F}\u{7F}é🙂"
        let frame = String(buffer: options.encoded())
        #expect(frame.contains(#""name":"a\"b\\c\r\nPUB x 0\r\n\u0000\u001f\u007fé🙂""#))
        #expect(frame.utf8.filter { $0 == 0x0A }.count == 1)
        #expect(frame.utf8.filter { $0 == 0x0D }.count == 1)
    }

    @Test func `descriptions hide the secrets`() {
        var options = ConnectOptions()
        options.user = "visible"
        options.pass = "hidden-pass"
        options.authToken = "hidden-token"
        options.jwt = "hidden-jwt"
        options.sig = "hidden-sig"
        var dumped = ""
        dump(options, to: &dumped)
        for text in [
            "\(options)", String(reflecting: options), String(describing: [options]), "\(Optional(options) as Any)", dumped,
        ] {
            #expect(text.contains("visible"))
            #expect(!text.contains("hidden"), "\(text)")
        }
    }
}
