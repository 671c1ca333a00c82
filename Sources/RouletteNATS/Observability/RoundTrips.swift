import DequeModule
package import NIOCore

/// The round-trip times of one connection, or of its messages: the last one, the one of the handshake, and their distribution over
/// the last minutes.
///
/// Times are sorted into buckets, each 3 % wider than the previous one, and counted separately for each slice of five seconds. A
/// slice stores only buckets that are not empty: an idle connection, which pings every few seconds, needs about ten bytes for
/// each slice. A connection that was never established stores nothing.
package struct RoundTrips: Sendable {
    private struct Slice {
        /// The number of the five-second slice, counted from the start of the clock.
        let index: UInt64
        var counts: [Count]
    }

    private struct Count {
        let bucket: UInt16
        var number: UInt32
    }

    private struct Cache {
        let slice: UInt64
        let minute: ConnectionSnapshot.RoundTrip.Window?
        let fiveMinutes: ConnectionSnapshot.RoundTrip.Window?
    }

    private static let sliceLength: UInt64 = 5_000_000_000
    private static let slicesPerMinute: UInt64 = 12
    private static let slicesKept = 5 * slicesPerMinute

    private var slices = Deque<Slice>()
    private var last: Duration?
    private var count = 0
    /// From CONNECT to its PONG.
    var handshake: Duration?
    /// Valid until a time is recorded or the next slice begins.
    private var cache: Cache?

    /// The number of stored counts.
    var stored: Int { slices.reduce(0) { $0 + $1.counts.count } }

    package init() {}

    /// Records the round-trip time of an answered PING.
    /// - Parameters:
    ///   - time: The round-trip time.
    ///   - now: When the answer arrived.
    package mutating func record(_ time: Duration, at now: NIODeadline) {
        last = time
        count += 1
        cache = nil
        let index = Self.slice(at: now)
        forget(before: index)
        let bucket = RoundTripBucket(time).index
        guard let newest = slices.indices.last, slices[newest].index == index else {
            slices.append(Slice(index: index, counts: [Count(bucket: bucket, number: 1)]))
            return
        }
        if let known = slices[newest].counts.firstIndex(where: { $0.bucket == bucket }) {
            slices[newest].counts[known].number &+= 1
        } else {
            slices[newest].counts.append(Count(bucket: bucket, number: 1))
        }
    }

    /// Returns the times known at a moment; nil before anything was measured.
    package mutating func summary(at now: NIODeadline) -> ConnectionSnapshot.RoundTrip? {
        guard last != nil || handshake != nil else { return nil }
        let index = Self.slice(at: now)
        if cache?.slice != index {
            forget(before: index)
            cache = Cache(
                slice: index,
                minute: window(from: index >= Self.slicesPerMinute ? index - Self.slicesPerMinute + 1 : 0),
                fiveMinutes: window(from: 0)
            )
        }
        return ConnectionSnapshot.RoundTrip(
            last: last,
            handshake: handshake,
            lastMinute: cache?.minute,
            lastFiveMinutes: cache?.fiveMinutes,
            count: count
        )
    }

    private static func slice(at now: NIODeadline) -> UInt64 { now.uptimeNanoseconds / sliceLength }

    private mutating func forget(before index: UInt64) {
        while let first = slices.first, first.index + Self.slicesKept <= index { slices.removeFirst() }
    }

    private func window(from first: UInt64) -> ConnectionSnapshot.RoundTrip.Window? {
        var numbers: [UInt16: Int] = [:]
        for slice in slices where slice.index >= first {
            for count in slice.counts { numbers[count.bucket, default: 0] += Int(count.number) }
        }
        let total = numbers.values.reduce(0, +)
        guard total > 0 else { return nil }
        let sorted = numbers.sorted { $0.key < $1.key }
        func percentile(_ percent: Int) -> Duration {
            let rank = max(1, (total * percent + 99) / 100)
            var seen = 0
            for (bucket, number) in sorted {
                seen += number
                if seen >= rank { return RoundTripBucket(index: bucket).time }
            }
            return .zero
        }
        return ConnectionSnapshot.RoundTrip.Window(p50: percentile(50), p99: percentile(99), count: total)
    }
}

/// A range of times that are counted together: 32 ranges for every doubling, from a microsecond to a minute.
struct RoundTripBucket: Equatable {
    private static let perDoubling: UInt64 = 32
    private static let largest: UInt64 = 60_000_000

    let index: UInt16

    init(index: UInt16) {
        self.index = index
    }

    init(_ time: Duration) {
        let microseconds = UInt64(clamping: Int64(min(max(time / .microseconds(1), 1), Double(Self.largest))))
        // Times below 64 µs have a bucket for every microsecond.
        var (value, doublings) = (microseconds, UInt64(0))
        while value >= 2 * Self.perDoubling {
            value >>= 1
            doublings += 1
        }
        index = UInt16(doublings * Self.perDoubling + value)
    }

    /// The middle of the range.
    var time: Duration {
        let index = UInt64(index)
        guard index >= 2 * Self.perDoubling else { return .microseconds(index) }
        let doublings = index / Self.perDoubling - 1
        let first = (index - doublings * Self.perDoubling) << doublings
        return .microseconds(first + (1 << doublings) / 2)
    }
}
