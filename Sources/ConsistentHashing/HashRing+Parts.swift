extension HashRing {
    /// Divides the circle into `count` equal parts and returns, for each part, the share that each node owns.
    ///
    /// The shares of a part are in the order of ``nodes`` and add up to 1.
    ///
    /// - Parameter count: The number of parts, clamped to 1 to 65,536.
    public func shares(inParts count: Int) -> [[Double]] {
        let count = min(max(count, 1), 65_536)
        let length = Double(sign: .plus, exponent: UInt64.bitWidth, significand: 1) / Double(count)
        var parts = [[Double]](repeating: [Double](repeating: 0, count: nodes.count), count: count)

        /// Adds the hashes from `start` up to `end` to the parts that contain them.
        func add(from start: Double, to end: Double, of node: Int) {
            var part = min(count - 1, Int(start / length))
            var start = start
            while start < end {
                let edge = part == count - 1 ? end : min(end, Double(part + 1) * length)
                if edge > start { parts[part][node] += (edge - start) / length }
                start = max(start, edge)
                part = min(count - 1, part + 1)
            }
        }

        // A point owns the range between the previous point and itself. The first point also owns the range after the last
        // one.
        var previous = 0.0
        for position in 0..<points.count {
            let point = Double(points.hashes[position])
            add(from: previous, to: point, of: points.owner(at: position))
            previous = point
        }
        add(from: previous, to: length * Double(count), of: points.owner(at: 0))
        return parts
    }
}
