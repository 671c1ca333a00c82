import Crypto

/// The hash of ex_hash_ring 3.0: bytes 8 to 15 of the MD5, read as an unsigned little-endian number.
enum PointHash {
    static func of(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        bytes.count <= MD5Block.longestMessage ? MD5Block.upperHalf(of: bytes) : Self.ofAnyLength(bytes)
    }

    /// The same hash for messages of any length; slower.
    static func ofAnyLength(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        var md5 = Insecure.MD5()
        md5.update(bufferPointer: bytes)
        return md5.finalize().withUnsafeBytes { digest in
            UInt64(littleEndian: digest.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        }
    }
}
