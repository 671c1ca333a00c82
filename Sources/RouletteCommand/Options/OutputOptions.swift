import ArgumentParser

/// How a command prints its results.
struct OutputOptions: ParsableArguments {
    @Flag(name: .long, help: "Print one JSON object per line.")
    var json = false
}
