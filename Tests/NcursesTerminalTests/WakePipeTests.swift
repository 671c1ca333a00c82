import Foundation
import Testing

@testable import NcursesTerminal

@Suite("The pipe that wakes the terminal's thread")
struct WakePipeTests {
    /// The inode of a pipe. It is unique while the pipe is open, whatever descriptors other tests open meanwhile.
    private func identity(_ descriptor: Int32) throws -> UInt64 {
        var status = stat()
        try #require(fstat(descriptor, &status) == 0)
        return UInt64(status.st_ino)
    }

    private var openPipes: Set<UInt64> {
        let descriptors = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
        return Set(
            descriptors.compactMap { name in
                let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(name)")
                return target.flatMap { $0.hasPrefix("pipe:[") ? UInt64($0.dropFirst(6).dropLast()) : nil }
            }
        )
    }

    @Test(
        .enabled(if: access("/proc/self/fd", R_OK) == 0)
    )
    func `a pipe is closed with its last owner, so a thousand pipes leave no descriptor open`() throws {
        var made: Set<UInt64> = []
        for _ in 0..<1_000 {
            let pipe = try WakePipe()
            let mailbox = Mailbox(pipe: pipe)
            mailbox.post { $0.redraws = true }
            let number = try identity(pipe.readEnd)
            made.insert(number)
            withExtendedLifetime(mailbox) { #expect(openPipes.contains(number)) }
        }
        #expect(made.isDisjoint(with: openPipes))
    }

    @Test
    func `signals that were written are returned, and a wake-up needs no signal`() throws {
        let pipe = try WakePipe()
        pipe.wake()
        var byte = UInt8(SIGTERM)
        #expect(write(pipe.writeEnd, &byte, 1) == 1)
        #expect(pipe.takeSignals() == [SIGTERM])
        #expect(pipe.takeSignals() == [])
    }
}
