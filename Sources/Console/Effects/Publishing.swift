import Roulette
import TerminalUI

// Publishing and requests. They run concurrently with the loop and report their progress to it.

extension ConsoleRuntime {
    /// The minimum time between two progress reports of a repeated publish.
    private static let reportInterval: Duration = .milliseconds(100)

    /// Publishes messages or sends a request, and reports the result.
    func publish(id: Int, _ request: PublishRequest, until stop: AsyncStream<Void>) async {
        do throws(RouletteError) {
            switch request.mode {
            case .publish(let count, let interval):
                try await send(id: id, request, count: count, interval: interval, until: stop)
            case .request(let timeout):
                try await ask(id: id, request, timeout: timeout, until: stop)
            }
        } catch {
            if error.code != .canceled { queue.send(.publish(id: id, .failed(error.message))) }
        }
    }

    // MARK: Publish

    /// Sends the messages, then waits until the server has confirmed the accepted ones.
    private func send(
        id: Int,
        _ request: PublishRequest,
        count: Int,
        interval: Duration,
        until stop: AsyncStream<Void>
    ) async throws(RouletteError) {
        let owner = try client.owner(of: request.topic)
        let outcome = await withStopSignal(stop) {
            await sendAll(id: id, request, count: count, interval: interval, to: owner.index)
        }
        guard let outcome else { return }
        if let error = outcome.error {
            guard outcome.accepted > 0 else { throw error }
            throw RouletteError(
                error.code,
                "after \(outcome.accepted) of \(count) messages: \(error.message)",
                cluster: error.cluster,
                cause: error.cause
            )
        }
        guard outcome.accepted > 0 else {
            queue.send(.publish(id: id, .canceled))
            return
        }
        let start = clock.now.uptime
        try await client.flush(topic: request.topic)
        queue.send(.publish(id: id, .confirmed(outcome.accepted, after: clock.now.uptime - start)))
    }

    /// Sends messages until all are accepted, one fails, or the task is canceled.
    /// - Returns: The number of accepted messages, and the error if sending failed.
    private func sendAll(
        id: Int,
        _ request: PublishRequest,
        count: Int,
        interval: Duration,
        to cluster: Int
    ) async -> (accepted: Int, error: RouletteError?) {
        let start = clock.now.uptime
        var reported: Duration?
        var accepted = 0
        var failure: RouletteError?
        while accepted < count, !Task.isCancelled {
            do throws(RouletteError) {
                try await client.publish(request.body, to: request.topic, headers: request.headers)
            } catch {
                if error.code != .canceled { failure = error }
                break
            }
            accepted += 1
            let now = clock.now
            countPublished(request, cluster: cluster, at: now)
            if reported.map({ now.uptime - $0 >= Self.reportInterval }) ?? true {
                reported = now.uptime
                queue.send(.publish(id: id, .accepted(accepted)))
            }
            // Scheduled from the start rather than from the previous message, so that delays do not lower the rate.
            let rest = start + interval * accepted - now.uptime
            if rest > .zero, accepted < count { try? await clock.sleep(for: rest) }
        }
        if accepted > 0 { queue.send(.publish(id: id, .accepted(accepted))) }
        return (accepted, failure)
    }

    private func countPublished(_ request: PublishRequest, cluster: Int, at moment: Moment) {
        let size = request.topic.utf8.count + request.size
        traffic.published(topic: request.topic, byteCount: size, cluster: cluster, at: moment)
    }

    // MARK: Request

    private func ask(
        id: Int,
        _ request: PublishRequest,
        timeout: Duration,
        until stop: AsyncStream<Void>
    ) async throws(RouletteError) {
        let owner = try client.owner(of: request.topic)
        let start = clock.now.uptime
        let outcome = await withStopSignal(stop) { () async -> Result<Message, RouletteError> in
            do throws(RouletteError) {
                return .success(
                    try await client.request(request.body, to: request.topic, headers: request.headers, timeout: timeout)
                )
            } catch {
                return .failure(error)
            }
        }
        let reply: Message
        switch outcome {
        case .success(let message)?: reply = message
        case .failure(let error)? where error.code != .canceled: throw error
        case .failure?, nil: return queue.send(.publish(id: id, .canceled))
        }
        let now = clock.now
        countPublished(request, cluster: owner.index, at: now)
        queue.send(.publish(id: id, .replied(Reply(entry: TailEntry(reply, at: now), after: now.uptime - start))))
    }
}
