/// Completes the beginning of a topic with the known topics, the busiest first.
enum TopicCompletion {
    /// The maximum number of completions.
    private static let limit = 50

    static func completions(of text: String, _ data: DashboardData) -> [String] {
        guard !text.isEmpty else { return [] }
        let prefix = Array(text.utf8)
        let traffic = data.traffic
        let rows = traffic.topics.indices.filter {
            traffic.topics[$0].bytes.starts(with: prefix) && !traffic.topics[$0].isReplies
        }
        let busiest = rows.sorted { traffic.counters[$0].messages > traffic.counters[$1].messages }.prefix(limit)
        // A topic that is not UTF-8 cannot be typed, so it is not offered.
        return busiest.compactMap { String(validating: traffic.topics[$0].bytes, as: UTF8.self) }
    }
}
