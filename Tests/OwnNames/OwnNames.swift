// Names that a program may use for types of its own although the modules below Roulette have them too. If `import Roulette` brought
// one of them in, `ExportTests` would not compile, because the name would be ambiguous.

/// A type of a program.
package protocol OwnType {}

package enum Backoff: OwnType {}
package enum ConnectOptions: OwnType {}
package enum FrameEncoder: OwnType {}
package enum NATSClient: OwnType {}
package enum NATSMessage: OwnType {}
package enum NATSReplies: OwnType {}
package enum NATSSubscription: OwnType {}
package enum OperationParser: OwnType {}
package enum QueueGroup: OwnType {}
package enum ServerInfo: OwnType {}
package enum Subject: OwnType {}
package enum WireMessage: OwnType {}
