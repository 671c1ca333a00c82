/// The time that one column of the graphs covers. Until the operator chooses one, it grows with the samples, so that the graphs
/// are never mostly empty.
struct GraphZoom: Sendable, Hashable {
    /// How samples become columns.
    struct Step: Sendable, Hashable {
        /// The number of samples, one per second, in a column.
        let samplesPerColumn: Int
        /// The number of columns that repeat a sample.
        let columnsPerSample: Int

        fileprivate static func samples(_ count: Int) -> Step { Step(samplesPerColumn: count, columnsPerSample: 1) }

        /// The time that one column covers in seconds.
        var secondsPerColumn: Double { Double(samplesPerColumn) / Double(columnsPerSample) }

        /// Returns the values of columns, the newest last.
        func values(_ series: RateSeries, columns: Int) -> [Double?] {
            guard columnsPerSample > 1 else { return series.means(of: samplesPerColumn, newest: columns) }
            let samples = series.newest((columns + columnsPerSample - 1) / columnsPerSample)
            return samples.flatMap { Array(repeating: $0, count: columnsPerSample) }
        }
    }

    static let steps: [Step] = [Step(samplesPerColumn: 1, columnsPerSample: 2)] + [1, 2, 3, 5, 10, 15].map(Step.samples)
    /// The longest time that is chosen automatically, in seconds.
    private static let longestAutomatic = 330.0
    /// The part of the columns that has samples before a longer time is chosen automatically.
    private static let leastFilled = 2.0 / 3

    /// The chosen step; nil for the automatic one.
    private var chosen: Int?

    /// Returns the step for a graph.
    /// - Parameters:
    ///   - columns: The number of columns of the graph.
    ///   - samples: The number of samples that are kept.
    func step(columns: Int, samples: Int) -> Step { Self.steps[index(columns, samples)] }

    private func index(_ columns: Int, _ samples: Int) -> Int {
        if let chosen { return chosen }
        return Self.steps.lastIndex { step in
            let span = step.secondsPerColumn * Double(columns)
            return span <= Self.longestAutomatic && Double(samples) >= span * Self.leastFilled
        } ?? 0
    }

    /// Chooses the next shorter or longer time.
    /// - Returns: Whether there was one.
    mutating func zoom(in isIn: Bool, columns: Int, samples: Int) -> Bool {
        let current = index(columns, samples)
        let wanted = current + (isIn ? -1 : 1)
        let hasOlder = Double(RateSeries.capacity) > Self.steps[current].secondsPerColumn * Double(columns)
        guard Self.steps.indices.contains(wanted), isIn || hasOlder else { return false }
        chosen = wanted
        return true
    }

    /// Whether the operator chose the time.
    var isChosen: Bool { chosen != nil }

    /// Chooses the time automatically again.
    mutating func reset() {
        chosen = nil
    }
}
