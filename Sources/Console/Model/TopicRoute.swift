import ConsistentHashing
import NATSWire
import TerminalUI

/// Where the messages of a topic go, or why the text is no topic.
enum TopicRoute: Hashable {
    /// One topic, and the cluster that owns it.
    case topic(hash: UInt64, cluster: Int)
    /// A pattern, which is subscribed to on every cluster.
    case pattern
    /// Neither; the reason says what to change.
    case invalid(SafeText)

    /// Looks a topic or pattern up.
    init(_ text: String, on ring: HashRing) {
        do {
            let subject = try Subject.pattern(text)
            if subject.isWildcard {
                self = .pattern
            } else {
                let lookup = ring.lookup(of: text)
                self = .topic(hash: lookup.hash, cluster: lookup.index)
            }
        } catch {
            self = .invalid(Self.reason(error, in: text))
        }
    }

    /// Names the byte that is to blame where there is one: "a control character" does not help to find a tab.
    private static func reason(_ error: WireError, in text: String) -> SafeText {
        guard error.code == .invalidSubjectByte,
            let position = text.utf8.enumerated().first(where: { $0.element <= 0x20 || $0.element == 0x7F })
        else { return SafeText(untrusted: error.message) }
        let name: SafeText =
            switch position.element {
            case UInt8(ascii: " "): "a space"
            case UInt8(ascii: "\t"): "a tab"
            case UInt8(ascii: "\n"), UInt8(ascii: "\r"): "a line break"
            default: "a control character"
            }
        return "\(name) at position \(position.offset + 1); a topic has only visible characters"
    }
}
