extension Duration {
    /// How long a test waits for an event before it fails.
    ///
    /// Far longer than any event takes on an idle machine. With hundreds of tests on two cores, a test may not get the
    /// processor for tens of seconds.
    package static let waitLimit: Duration = .seconds(60)
}
