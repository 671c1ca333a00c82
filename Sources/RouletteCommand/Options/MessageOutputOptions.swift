import ArgumentParser
import CommandSupport

/// How a command prints messages.
struct MessageOutputOptions: ParsableArguments {
    @Flag(name: .long, help: "Print one JSON object per line.")
    var json = false

    @Flag(name: .long, help: "Write only the bodies, byte for byte.")
    var raw = false

    @Flag(name: .long, help: "Allow --raw on a terminal, which interprets control characters in the bodies.")
    var force = false

    /// - Throws: ``CommandError`` for options that exclude each other, and for raw output to a terminal.
    func format() throws(CommandError) -> MessageFormat {
        guard raw else {
            guard !force else { throw .usage("--force needs --raw; leave it out") }
            return json ? .json : .text
        }
        guard !json else { throw .usage("--raw and --json exclude each other; leave one out") }
        guard force || !StandardOutput.isTerminal else {
            throw .usage("--raw would let messages control this terminal; add --force if you trust them, or redirect the output")
        }
        return .raw
    }
}
