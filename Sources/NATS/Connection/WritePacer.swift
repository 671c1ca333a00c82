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
        let elapsed = now - start
        if elapsed >= Self.interval {
            let limit = Int64(Self.gatheredFrom) * (elapsed.nanoseconds / Self.interval.nanoseconds)
            isGathering = Int64(messages) >= limit
            (start, messages) = (now, 0)
        }
        return isGathering
    }

    /// Lets a connection write at the end of the interval.
    func wait(_ driver: ConnectionDriver) {
        if waiting.isEmpty {
            eventLoop.scheduleTask(deadline: start + Self.interval) {
                let drivers = self.waiting
                self.waiting = []
                for driver in drivers { driver.writeGathered() }
            }
        }
        waiting.append(driver)
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
