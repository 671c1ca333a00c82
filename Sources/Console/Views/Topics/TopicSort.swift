/// The order of the topics.
struct TopicSort: Sendable, Hashable {
    private(set) var column = TopicColumn.rateIn
    var isDescending = true

    /// Sorts by the next column.
    mutating func moveToNextColumn() {
        let columns = TopicColumn.sortable
        let next = columns.firstIndex(of: column).map { columns[($0 + 1) % columns.count] }
        sort(by: next ?? .topic)
    }

    /// Sorts by a column in its standard direction. Does nothing if the column has no sorting.
    mutating func sort(by column: TopicColumn) {
        guard let sorting = column.definition.sorting else { return }
        self.column = column
        isDescending = sorting.startsDescending
    }
}
