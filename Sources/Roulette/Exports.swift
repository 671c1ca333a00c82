// `import Roulette` is enough: errors, credentials, buffers, headers and the ring appear in its public functions.
// swift-nio's own umbrella module does the same.
@_exported public import ConsistentHashing
@_exported public import NATS
