import DequeModule

/// The connections of one cluster that were lost recently: how many, and whether an idle timeout explains it.
struct LossHistory {
    private struct Loss {
        let time: Duration
        /// How long the connection was idle, if an idle timeout may have ended it.
        let idle: Duration?
    }

    /// The number of losses that are remembered.
    static let capacity = 1_024
    /// The time for which they are remembered.
    static let memory: Duration = .seconds(3_600)
    /// How often connections must have been lost after the same idle time, one after another.
    private static let leastRounds = 3

    private var losses = Deque<Loss>()

    /// Records a loss.
    ///
    /// - Parameters:
    ///   - idle: How long the connection was idle, if an idle timeout may have ended it.
    ///   - now: The time on a clock of the caller.
    mutating func record(idle: Duration?, at now: Duration) {
        losses.append(Loss(time: now, idle: idle))
        if losses.count > Self.capacity { losses.removeFirst() }
    }

    /// Returns the number of losses within the last hour.
    func count(at now: Duration) -> Int {
        losses.count { $0.time > now - Self.memory }
    }

    /// Returns the idle timeout that explains most of the losses since it was first noticed; nil if there is none, or no longer.
    ///
    /// A server that stops also ends all of its idle connections after the same time, but only once. So an explanation needs
    /// losses with the idle time between them.
    func idleTimeout(pingInterval: Duration, at now: Duration) -> IdleTimeout? {
        guard let last = losses.last(where: { $0.idle != nil }), let idle = last.idle else { return nil }
        guard now - last.time < max(.seconds(60), idle * 4) else { return nil }
        let tolerance = max(.milliseconds(250), idle / 10)
        let similar = losses.filter { loss in
            loss.time > now - Self.memory && loss.idle.map { abs(($0 - idle) / .seconds(1)) <= tolerance / .seconds(1) } ?? false
        }
        var rounds: [Duration] = []
        for loss in similar where rounds.last.map({ loss.time - $0 > idle * 0.8 }) ?? true { rounds.append(loss.time) }
        guard rounds.count >= Self.leastRounds, let first = similar.first else { return nil }
        let all = losses.count { $0.time >= first.time }
        guard similar.count * 2 > all else { return nil }
        return IdleTimeout(lost: similar.count, losses: all, idle: idle, pingInterval: pingInterval)
    }
}
