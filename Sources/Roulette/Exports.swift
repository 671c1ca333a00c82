// Reexported because errors, credentials, buffers, headers and the ring are part of the public API of this module.
// swift-nio's umbrella module does the same.
@_exported public import ConsistentHashing
@_exported public import NATS
