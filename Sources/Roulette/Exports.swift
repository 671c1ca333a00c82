// Reexported because they are part of the public API of this module. Everything else of these modules stays out of programs that
// import only this one: their own types may have the same names. `Tests/OwnNames` has the names that must stay free.
@_exported public import ConsistentHashing

@_exported public import struct NATSWire.HeaderStatus
@_exported public import struct NATSWire.Headers
@_exported public import struct NATSWire.WireError
@_exported public import struct RouletteNATS.ConnectionSnapshot
@_exported public import struct RouletteNATS.DrainReport
@_exported public import protocol RouletteNATS.MessagePayload
@_exported public import struct RouletteNATS.NATSClientConfiguration
@_exported public import struct RouletteNATS.NATSError
@_exported public import struct RouletteNATS.Secret
@_exported public import struct RouletteNATS.ServerIdentity
@_exported public import struct RouletteNATS.SubscriptionBuffer
@_exported public import struct RouletteNATS.TLSStatus
