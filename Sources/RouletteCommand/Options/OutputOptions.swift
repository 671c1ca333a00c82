import ArgumentParser

/// How a command prints what it finds.
struct OutputOptions: ParsableArguments {
    @Flag(name: .long, help: "Print one JSON object per line.")
    var json = false
}
