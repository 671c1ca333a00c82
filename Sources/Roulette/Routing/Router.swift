import HashRing
import NATS
import NATSWire
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Where a topic's messages go. A class, so that a remembered route costs one reference and no copy.
final class Route: Sendable {
    let subject: Subject
    /// The position of the topic's hash on the ring; also what picks the connection within the pool.
    let hash: UInt64
    /// The index of the cluster that owns the topic.
    let cluster: Int
    fileprivate let fingerprint: UInt64

    fileprivate init(subject: Subject, lookup: HashRing.Lookup, fingerprint: UInt64) {
        self.subject = subject
        self.hash = lookup.hash
        self.cluster = lookup.index
        self.fingerprint = fingerprint
    }
}

/// Finds the owner of a topic and remembers it, since hashing costs several times what looking up does.
///
/// The cache is a fixed number of entries, each replaced by the next topic that falls on it: bounded by construction.
final class Router: Sendable {
    let ring: HashRing
    private let cache: Mutex<[Route?]>
    private static let entries = 4096

    init(ring: HashRing) {
        self.ring = ring
        self.cache = Mutex(Array(repeating: nil, count: Self.entries))
    }

    /// The route of a topic to publish to.
    /// - Throws: ``RouletteError/Code/invalidTopic``.
    func route(_ topic: String) throws(RouletteError) -> Route {
        let result: Result<Route, RouletteError> = topic.withUTF8Bytes { bytes in
            let fingerprint = Self.fingerprint(bytes)
            if let known = lookUp(bytes, fingerprint: fingerprint) { return .success(known) }
            return Result { () throws(RouletteError) in
                let route = try makeRoute(bytes, fingerprint: fingerprint)
                cache.withLock { $0[Self.position(fingerprint)] = route }
                return route
            }
        }
        return try result.get()
    }

    private func lookUp(_ bytes: UnsafeRawBufferPointer, fingerprint: UInt64) -> Route? {
        let candidate = cache.withLock { $0[Self.position(fingerprint)] }
        guard let candidate, candidate.fingerprint == fingerprint, candidate.subject.hasBytes(bytes) else { return nil }
        return candidate
    }

    private func makeRoute(_ bytes: UnsafeRawBufferPointer, fingerprint: UInt64) throws(RouletteError) -> Route {
        let subject: Subject
        do {
            subject = try Subject(bytes: bytes)
        } catch {
            throw RouletteError(.invalidTopic, "\(error)", cause: error)
        }
        return Route(subject: subject, lookup: ring.lookup(ofBytes: bytes), fingerprint: fingerprint)
    }

    private static func position(_ fingerprint: UInt64) -> Int {
        Int(truncatingIfNeeded: fingerprint >> 52)
    }

    /// FNV-1a, eight bytes at a time. It only picks a cache entry, whose bytes are then compared.
    private static func fingerprint(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        let prime: UInt64 = 0x100_0000_01B3
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325 ^ UInt64(bytes.count)
        var offset = 0
        while offset + 8 <= bytes.count {
            hash = (hash ^ bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)) &* prime
            hash ^= hash >> 29
            offset += 8
        }
        while offset < bytes.count {
            hash = (hash ^ UInt64(bytes[offset])) &* prime
            offset += 1
        }
        return (hash ^ (hash >> 32)) &* 0x9E37_79B9_7F4A_7C15
    }
}

extension Subject {
    fileprivate func hasBytes(_ other: UnsafeRawBufferPointer) -> Bool {
        withBytes { own in own.count == other.count && memcmp(own.baseAddress!, other.baseAddress!, own.count) == 0 }
    }
}

extension String {
    /// Calls `body` with the UTF-8 bytes, which are copied only for strings bridged from Objective-C.
    func withUTF8Bytes<R>(_ body: (UnsafeRawBufferPointer) -> R) -> R {
        if let result = utf8.withContiguousStorageIfAvailable({ body(UnsafeRawBufferPointer($0)) }) { return result }
        return Array(utf8).withUnsafeBytes(body)
    }
}
