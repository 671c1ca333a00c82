import Foundation

/// Ignores SIGPIPE, so that writing to a pipe without a reader fails with `EPIPE` instead of ending the process.
package func ignoreBrokenPipes() {
    signal(SIGPIPE, SIG_IGN)
}
