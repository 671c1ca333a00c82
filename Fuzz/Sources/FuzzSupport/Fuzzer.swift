private import CFuzzer

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Tests one input.
public typealias FuzzTest = @convention(c) (_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt

/// Runs libFuzzer with the options of the command line.
///
/// Programs with a main function of libFuzzer would need `swift build --sanitize fuzzer`, which compiles the C code of the
/// dependencies with other options, so that it could not be shared with `scripts/costs`.
public func runFuzzer(_ test: FuzzTest) -> Never {
    var count = CommandLine.argc
    var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
    exit(LLVMFuzzerRunDriver(&count, &arguments, test))
}
