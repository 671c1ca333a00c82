import TerminalUI

/// Messages over the last minutes, for the strip below the list.
struct TailHistogram: Sendable {
    /// The values, the newest last.
    private var values: [Double] = []
    /// The time that the values cover, in seconds.
    private var span = 0.0
    /// The rate of the last second, or the number of matches.
    private var figure = SafeText.empty
    /// Whether the values end at the pause, and not now.
    var endsAtPause = false

    init() {}

    /// The messages per second of all clusters.
    init(_ traffic: TrafficSnapshot) {
        let series = traffic.clusters.map { $0.rateIn.newest(Self.seconds) }
        let count = series.map(\.count).max() ?? 0
        values = Array(repeating: 0, count: count)
        for rates in series {
            for (index, rate) in rates.enumerated() { values[count - rates.count + index] += rate ?? 0 }
        }
        span = Double(count)
        figure = .rate(traffic.rateIn)
    }

    /// The kept messages that match.
    /// - Parameter buckets: The number of values.
    init(_ ids: some Collection<Int>, of log: TailLog, until end: Int64, buckets: Int) {
        guard let start = log.entries.first?.epochMilliseconds, buckets > 0 else { return }
        let length = max(1000, end - start + 1)
        values = Array(repeating: 0, count: buckets)
        for id in ids {
            guard let time = log[id]?.epochMilliseconds else { continue }
            let bucket = Int((time - start) * Int64(buckets) / length)
            values[min(max(0, bucket), buckets - 1)] += 1
        }
        span = Double(length) / 1000
        figure = "\(SafeText.count(ids.count)) \(ids.count == 1 ? "match" : "matches")"
    }

    /// Five minutes.
    private static let seconds = 300

    /// Draws the strip with its time and its newest figure.
    func draw(into buffer: inout CellBuffer, in rect: Rect, style: Style, textStyle: Style) {
        guard !rect.isEmpty, !values.isEmpty else { return }
        let time = SafeText.duration(.seconds(span.rounded()))
        let label: SafeText = endsAtPause ? "\(time) before the pause " : "last \(time) "
        let figure: SafeText = " \(self.figure)"
        let width = rect.width - label.width - figure.width
        guard width >= 10 else {
            buffer.write(self.figure, in: rect, style: textStyle)
            return
        }
        buffer.write(label, in: rect, style: textStyle)
        buffer.write(figure, in: rect, style: textStyle, alignment: .right)
        let strip = Rect(x: rect.x + label.width, y: rect.y, width: width, height: 1)
        Sparkline(means(width), maximum: values.max()).draw(into: &buffer, in: strip, style: style)
    }

    /// Returns as many values as columns: means of groups, or each value in several columns.
    private func means(_ columns: Int) -> [Double?] {
        (0..<columns).map { column in
            let start = column * values.count / columns
            let group = values[start..<max(start + 1, (column + 1) * values.count / columns)]
            return group.reduce(0, +) / Double(group.count)
        }
    }
}
