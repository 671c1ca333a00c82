#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Ends the process if a property does not hold, so that libFuzzer keeps the input.
///
/// A `precondition` would not print the reason: optimized builds drop its message.
@inline(__always)
public func require(_ condition: Bool, _ complaint: @autoclosure () -> String) {
    if !condition { fail(complaint()) }
}

@inline(never)
private func fail(_ complaint: String) -> Never {
    let line = Array("fuzz: \(complaint)\n".utf8)
    _ = line.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
    abort()
}
