import Foundation

/// Picks numbers of which the first are common and the last rare: the number of rank k comes up in proportion to 1/k^s.
struct ZipfDistribution: Sendable {
    private let cumulative: [Double]

    /// - Parameters:
    ///   - count: How many numbers there are, at least 1.
    ///   - exponent: How unequal they are: 0 for not at all.
    init(count: Int, exponent: Double = 0.9) {
        precondition(count > 0, "there is nothing to pick from")
        var sum = 0.0
        cumulative = (1...count).map { rank in
            sum += pow(Double(rank), -exponent)
            return sum
        }
    }

    /// A number from 0 to `count` - 1.
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
