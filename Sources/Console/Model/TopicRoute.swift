import ConsistentHashing
import NATSWire
import TerminalUI

/// The cluster of a topic, or the reason why a text is not a topic.
enum TopicRoute: Hashable {
    /// A topic and the cluster that owns it.
    case topic(hash: UInt64, cluster: Int)
    /// A pattern. It is subscribed to on every cluster.
    case pattern
    /// Neither a topic nor a pattern. The reason says what to change.
    case invalid(SafeText)

    /// Looks up a topic or pattern.
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

    /// Returns the reason with the name and position of an invalid byte: "a control character" does not help to find a tab.
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
        return "\(name) at position \(position.offset + 1); topics contain only visible characters"
    }
}
