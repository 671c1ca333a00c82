extension Duration {
    /// The time limit for an event in a test. It is much longer than any event takes on an idle machine.
    ///
    /// With hundreds of tests on two cores, a test may not run for tens of seconds.
    package static let waitLimit: Duration = .seconds(60)
}
