// Subjects and headers appear in the public functions of this module.
@_exported public import NATSWire
