import Logging
import SeededRandomness
import TestSupport

@testable import RouletteNATS

extension VirtualNetwork {
    /// Creates a driver on this network without starting it.
    func driver(
        _ configuration: NATSClientConfiguration,
        randomness: any RandomNumberGenerator & Sendable = SplitMix64(seed: 1),
        observer: @escaping @Sendable (NATSEvent) -> Void
    ) -> ConnectionDriver {
        ConnectionDriver(
            configuration: configuration,
            eventLoop: loop,
            dialer: dialer,
            clock: clock,
            outbound: OutboundBuffer(
                capacity: configuration.outboundBufferSize,
                disconnectedCapacity: configuration.reconnectBufferSize
            ),
            logger: Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() },
            randomness: randomness,
            observer: observer
        )
    }
}
