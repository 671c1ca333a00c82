import Foundation

/// Zipf's distribution: the probability of the number of rank k is proportional to 1/k^s.
struct ZipfDistribution: Sendable {
    private let cumulative: [Double]

    /// Creates a distribution.
    /// - Parameters:
    ///   - count: The number of ranks, at least 1.
    ///   - exponent: The exponent s. With 0 all ranks are equally likely.
    init(count: Int, exponent: Double = 0.9) {
        precondition(count > 0, "count must be at least 1")
        var sum = 0.0
        cumulative = (1...count).map { rank in
            sum += pow(Double(rank), -exponent)
            return sum
        }
    }

    /// Returns a random number from 0 to `count` - 1.
    func sample(using generator: inout some RandomNumberGenerator) -> Int {
        let target = Double.random(in: 0..<(cumulative.last ?? 1), using: &generator)
        var low = 0
        var high = cumulative.count - 1
        while low < high {
            let middle = (low + high) / 2
            if cumulative[middle] > target { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
