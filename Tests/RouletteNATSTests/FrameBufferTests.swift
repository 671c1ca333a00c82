import NIOCore
import Testing

@testable import RouletteNATS

@Suite("The buffer of frames")
struct FrameBufferTests {
    private func append(_ text: String, to frames: inout FrameBuffer) {
        frames.append(size: text.utf8.count) { $0.copyBytes(from: text.utf8) }
    }

    @Test
    func `frames stay in order while the memory grows, and are handed over completely`() {
        var frames = FrameBuffer()
        var expected = ""
        for number in 0..<2_000 {
            append("frame \(number);", to: &frames)
            expected += "frame \(number);"
        }
        #expect(frames.count == expected.utf8.count)
        var taken = ByteBuffer()
        frames.exchange(with: &taken)
        #expect(String(buffer: taken) == expected)
        #expect(frames.count == 0)

        // Frames that were handed over do not change while the next frames are appended.
        append("next", to: &frames)
        #expect(String(buffer: taken) == expected)
        taken.clear()
        frames.exchange(with: &taken)
        #expect(String(buffer: taken) == "next")
    }

    @Test
    func `memory that is still referenced elsewhere is not overwritten`() {
        var frames = FrameBuffer()
        append("first", to: &frames)
        var taken = ByteBuffer()
        frames.exchange(with: &taken)
        let kept = taken
        taken.clear()
        frames.exchange(with: &taken)
        append("other", to: &frames)
        #expect(String(buffer: kept) == "first")
    }

    @Test
    func `all frames can be modified and removed`() {
        var frames = FrameBuffer()
        append("one;", to: &frames)
        append("two;", to: &frames)
        frames.modify {
            $0.moveReaderIndex(forwardBy: 4); $0.discardReadBytes()
        }
        append("three;", to: &frames)
        #expect(frames.count == 10)
        frames.modify { #expect(String(buffer: $0) == "two;three;") }
        frames.removeAll()
        #expect(frames.count == 0)
        append("four;", to: &frames)
        frames.modify { #expect(String(buffer: $0) == "four;") }
    }
}
