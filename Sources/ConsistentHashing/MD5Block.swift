/// MD5 (RFC 1321) of a single block: messages of up to 55 bytes, and only the half of the digest that a ring uses.
///
/// swift-crypto's MD5 allocates and clears a context for each message, which costs more than the hash itself: 310 ns for 16
/// bytes against 140 ns here, on the same machine. MD5 only spreads keys over the circle, so no secrecy is needed.
enum MD5Block {
    /// A block has 64 bytes: one is for padding and eight are for the length.
    static let longestMessage = 55

    /// Returns bytes 8 to 15 of the digest, read as a little-endian number.
    ///
    /// - Precondition: `message` has at most ``longestMessage`` bytes.
    static func upperHalf(of message: UnsafeRawBufferPointer) -> UInt64 {
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 16) { words in
            words.initialize(repeating: 0)
            let bytes = UnsafeMutableRawBufferPointer(words)
            bytes.copyMemory(from: message)
            bytes[message.count] = 0x80
            for word in words.indices { words[word] = UInt32(littleEndian: words[word]) }
            words[14] = UInt32(message.count * 8)
            return Self.compress(words)
        }
    }

    /// The four rounds of RFC 1321, section 3.4, over one block, starting from the initial state.
    private static func compress(_ words: UnsafeMutableBufferPointer<UInt32>) -> UInt64 {
        let initial: (a: UInt32, b: UInt32, c: UInt32, d: UInt32) = (0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476)
        var (a, b, c, d) = initial

        @inline(__always)
        func step(_ mixed: UInt32, _ operation: Int, word: Int, shift: UInt32) {
            let sum = a &+ mixed &+ Self.sines[operation] &+ words[word & 15]
            let rotated = sum &<< shift | sum &>> (32 &- shift)
            (a, b, c, d) = (d, b &+ rotated, b, c)
        }

        for i in stride(from: 0, to: 16, by: 4) {
            step(b & c | ~b & d, i, word: i, shift: 7)
            step(b & c | ~b & d, i + 1, word: i + 1, shift: 12)
            step(b & c | ~b & d, i + 2, word: i + 2, shift: 17)
            step(b & c | ~b & d, i + 3, word: i + 3, shift: 22)
        }
        for i in stride(from: 16, to: 32, by: 4) {
            step(d & b | ~d & c, i, word: 5 * i + 1, shift: 5)
            step(d & b | ~d & c, i + 1, word: 5 * i + 6, shift: 9)
            step(d & b | ~d & c, i + 2, word: 5 * i + 11, shift: 14)
            step(d & b | ~d & c, i + 3, word: 5 * i + 16, shift: 20)
        }
        for i in stride(from: 32, to: 48, by: 4) {
            step(b ^ c ^ d, i, word: 3 * i + 5, shift: 4)
            step(b ^ c ^ d, i + 1, word: 3 * i + 8, shift: 11)
            step(b ^ c ^ d, i + 2, word: 3 * i + 11, shift: 16)
            step(b ^ c ^ d, i + 3, word: 3 * i + 14, shift: 23)
        }
        for i in stride(from: 48, to: 64, by: 4) {
            step(c ^ (b | ~d), i, word: 7 * i, shift: 6)
            step(c ^ (b | ~d), i + 1, word: 7 * i + 7, shift: 10)
            step(c ^ (b | ~d), i + 2, word: 7 * i + 14, shift: 15)
            step(c ^ (b | ~d), i + 3, word: 7 * i + 21, shift: 21)
        }
        return UInt64(d &+ initial.d) << 32 | UInt64(c &+ initial.c)
    }

    /// The integer parts of 2^32 times the absolute sines of 1 to 64 radians.
    private static let sines: [UInt32] = [
        0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
        0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
        0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
        0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
        0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
        0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
        0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
        0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391,
    ]
}
