import Foundation

/// Makes writing to a pipe without a reader an error (`EPIPE`) instead of the end of the process.
func ignoreBrokenPipes() {
    signal(SIGPIPE, SIG_IGN)
}
