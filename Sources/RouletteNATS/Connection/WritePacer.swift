import Locking
import NIOCore

/// Gathers the writes of all connections on one event loop while very many messages are published.
///
/// A write costs as much as publishing dozens of messages. If the messages are spread over many connections, each connection has
/// few of them whenever the event loop looks, and most of the time goes into writes. So above a certain rate, the frames of a
/// connection wait for the end of an interval, or until there are enough for a large write. Below that rate, and for a flush, they
/// are written at once.
///
/// `@unchecked Sendable`: the properties are accessed only on the event loop.
final class WritePacer: @unchecked Sendable {
    /// The longest wait.
    static let interval: TimeAmount = .milliseconds(1)
    /// The number of messages in an interval from which on writes are gathered.
    static let gatheredFrom = 600
    /// Frames of this size do not wait.
    static let largeWrite = 1 << 16

    private let eventLoop: any EventLoop
    private var start = NIODeadline.uptimeNanoseconds(0)
    /// The messages written since `start`.
    private var messages = 0
    private var isGathering = false
    private var waiting: [ConnectionDriver] = []

    init(eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
    }

    /// Counts messages that are written now.
    func count(_ messages: Int) { self.messages += messages }

    /// Returns whether the frames of a connection should wait at this moment.
    func gathers(at now: NIODeadline) -> Bool {
        if now - start >= Self.interval {
            decide(after: now - start)
            start = now
        }
        return isGathering
    }

    /// Decides for the next interval.
    private func decide(after elapsed: TimeAmount) {
        let limit = Int64(Self.gatheredFrom) * (elapsed.nanoseconds / Self.interval.nanoseconds)
        isGathering = Int64(messages) >= limit
        messages = 0
    }

    /// Lets a connection write at the end of the interval.
    func wait(_ driver: ConnectionDriver) {
        if waiting.isEmpty {
            let clock = driver.clock
            eventLoop.scheduleTask(deadline: start + Self.interval) { self.endInterval(at: clock.now()) }
        }
        waiting.append(driver)
    }

    private func endInterval(at now: NIODeadline) {
        let elapsed = now - start
        let drivers = waiting
        start = now
        waiting = []
        for driver in drivers { driver.writeGathered() }
        // What was gathered counts for the interval that has ended.
        decide(after: elapsed)
    }
}

/// The pacers of the event loops of one deployment.
package final class WritePacers: Sendable {
    private let pacers = Mutex<[ObjectIdentifier: WritePacer]>([:])

    package init() {}

    func pacer(for eventLoop: any EventLoop) -> WritePacer {
        pacers.withLock { pacers in
            let id = ObjectIdentifier(eventLoop)
            if let pacer = pacers[id] { return pacer }
            let pacer = WritePacer(eventLoop: eventLoop)
            pacers[id] = pacer
            return pacer
        }
    }
}
