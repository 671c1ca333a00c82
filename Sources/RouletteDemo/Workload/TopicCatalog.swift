/// Topics of a shop with factories. They are the same in every demo, the busiest first.
struct TopicCatalog: Equatable, Sendable {
    /// The kind of messages on a topic.
    enum Content: Equatable, Sendable {
        /// A small JSON object.
        case record
        /// A JSON object with a measured value.
        case reading
        /// A line of a log.
        case text
        /// Bytes that are not text.
        case binary
        /// A JSON document of about 16 KiB, and sometimes of half a megabyte.
        case document
    }

    /// A topic and the kind of its messages.
    struct Topic: Equatable, Sendable {
        let name: String
        let content: Content
    }

    let topics: [Topic]

    /// Creates a catalog with the first `count` topics.
    init(count: Int) {
        topics = (0..<max(0, count)).map { index in
            let family = Self.families[index % Self.families.count]
            return Topic(name: family.topic(index / Self.families.count), content: family.content)
        }
    }

    /// Topics that differ in two of their tokens.
    private struct Family {
        let domain: String
        let places: [String]
        let events: [String]
        let content: Content

        /// Returns the topic with a number. The first topics have two tokens after the domain, the later ones also a number.
        func topic(_ number: Int) -> String {
            let pairs = places.count * events.count
            let pair = number % pairs
            // Both tokens change from one topic to the next, so that a short list shows many different ones.
            let place = pair % places.count
            let event = (pair / places.count + place) % events.count
            let name = "\(domain).\(places[place]).\(events[event])"
            return number < pairs ? name : "\(name).\(number / pairs)"
        }
    }

    private static let families: [Family] = [
        Family(
            domain: "orders",
            places: ["eu", "us", "apac", "latam", "africa"],
            events: ["created", "paid", "shipped", "delivered", "canceled", "returned"],
            content: .record
        ),
        Family(
            domain: "payments",
            places: ["card", "sepa", "wallet", "invoice"],
            events: ["authorized", "captured", "declined", "refunded", "disputed"],
            content: .record
        ),
        Family(
            domain: "sensors",
            places: (1...12).map { "hall\($0)" },
            events: ["temperature", "humidity", "vibration", "power", "pressure"],
            content: .reading
        ),
        Family(
            domain: "logs",
            places: ["gateway", "checkout", "search", "billing", "mailer", "auth"],
            events: ["info", "warn", "error", "audit"],
            content: .text
        ),
        Family(
            domain: "inventory",
            places: ["berlin", "lyon", "oslo", "porto", "austin", "osaka", "pune"],
            events: ["reserved", "released", "restocked", "counted"],
            content: .record
        ),
        Family(
            domain: "users",
            places: ["web", "ios", "android", "partner"],
            events: ["login", "signup", "logout", "consent", "deleted"],
            content: .record
        ),
        Family(
            domain: "metrics",
            places: (1...16).map { "node\($0)" },
            events: ["cpu", "memory", "disk", "latency"],
            content: .reading
        ),
        Family(
            domain: "images",
            places: (1...8).map { "camera\($0)" },
            events: ["frame", "thumbnail"],
            content: .binary
        ),
        Family(
            domain: "reports",
            places: ["daily", "hourly"],
            events: ["sales", "stock", "fraud", "traffic"],
            content: .document
        ),
    ]
}
