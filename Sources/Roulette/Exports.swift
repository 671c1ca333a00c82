// Reexported because they are part of the public API of this module. Everything else of these modules stays out of programs that
// import only this one: their own types may have the same names. `Tests/OwnNames` has the names that must stay free.
@_exported public import ConsistentHashing

@_exported public import struct NATS.ConnectionSnapshot
@_exported public import struct NATS.DrainReport
@_exported public import protocol NATS.MessagePayload
@_exported public import struct NATS.NATSClientConfiguration
@_exported public import struct NATS.NATSError
@_exported public import struct NATS.Secret
@_exported public import struct NATS.ServerIdentity
@_exported public import struct NATS.SubscriptionBuffer
@_exported public import struct NATS.TLSStatus
@_exported public import struct NATSWire.HeaderStatus
@_exported public import struct NATSWire.Headers
@_exported public import struct NATSWire.WireError
