import Settings
import TerminalUI

/// The columns of one table, from the left.
///
/// To add a column, add a case and its definition. Everything about the column is in that definition.
protocol TableColumn: CaseIterable, Hashable, Sendable {
    /// What one row is about.
    associatedtype Row
    /// What cells, headings and widths depend on.
    associatedtype Context
    /// How rows are sorted by a column.
    associatedtype Sorting = Never

    var definition: ColumnDefinition<Self> { get }
}

/// Everything about one column of a table.
struct ColumnDefinition<Column: TableColumn> {
    let heading: (Column.Context) -> SafeText
    /// How wide the column is, and how important: columns of low importance are left out first where there is little room.
    let width: (Column.Context) -> Constraint
    let alignment: Alignment
    /// How rows are sorted by this column; nil if they cannot be.
    let sorting: Column.Sorting?
    /// What a row shows in this column.
    let cell: (Column.Row, Column.Context) -> Table.Item

    init(
        heading: @escaping (Column.Context) -> SafeText,
        width: @escaping (Column.Context) -> Constraint,
        alignment: Alignment = .left,
        sorting: Column.Sorting? = nil,
        cell: @escaping (Column.Row, Column.Context) -> Table.Item
    ) {
        self.heading = heading
        self.width = width
        self.alignment = alignment
        self.sorting = sorting
        self.cell = cell
    }

    /// A column whose heading is always the same.
    init(
        _ heading: SafeText,
        width: @escaping (Column.Context) -> Constraint,
        alignment: Alignment = .left,
        sorting: Column.Sorting? = nil,
        cell: @escaping (Column.Row, Column.Context) -> Table.Item
    ) {
        self.init(heading: { _ in heading }, width: width, alignment: alignment, sorting: sorting, cell: cell)
    }

    /// A column whose heading and width are always the same.
    init(
        _ heading: SafeText,
        _ width: Constraint,
        _ alignment: Alignment = .left,
        sorting: Column.Sorting? = nil,
        cell: @escaping (Column.Row, Column.Context) -> Table.Item
    ) {
        self.init(heading: { _ in heading }, width: { _ in width }, alignment: alignment, sorting: sorting, cell: cell)
    }
}

/// Some columns of a table with what they depend on.
struct TableColumns<Column: TableColumn> {
    private let columns: [Column]
    private let definitions: [ColumnDefinition<Column>]
    private let context: Column.Context

    /// - Parameter columns: The columns to show, from the left; nil for all.
    init(_ context: Column.Context, _ columns: [Column]? = nil) {
        self.columns = columns ?? Array(Column.allCases)
        self.context = context
        definitions = self.columns.map(\.definition)
    }

    /// The table without its rows.
    /// - Parameter sort: The column that the rows are sorted by.
    func table(
        sort: (column: Column, isDescending: Bool)? = nil,
        theme: Theme,
        spacing: Int,
        showsHeader: Bool
    ) -> Table {
        Table(
            columns: definitions.map { definition in
                Table.Column(definition.heading(context), width: definition.width(context), alignment: definition.alignment)
            },
            sort: sort.flatMap { sort in
                columns.firstIndex(of: sort.column).map { Table.Sort(column: $0, isDescending: sort.isDescending) }
            },
            styles: .standard(theme),
            spacing: spacing,
            showsHeader: showsHeader
        )
    }

    func row(_ row: Column.Row) -> Table.Row {
        Table.Row(definitions.map { $0.cell(row, context) })
    }
}

/// What the columns of most tables depend on.
struct TableContext {
    let data: DashboardData
    let glyphs: GlyphSet
    /// Columns of the screen that the table has.
    let width: Int
    /// The width of the longest cluster name.
    let clusterNameWidth: Int

    init(_ data: DashboardData, glyphs: GlyphSet, width: Int) {
        self.data = data
        self.glyphs = glyphs
        self.width = width
        clusterNameWidth = data.clusters.map { data.deployment.clusterName($0.id).width }.max() ?? 0
    }

    var theme: Theme { data.theme }

    /// The width of a column of cluster names.
    func clusterWidth(minimum: Int = 7, importance: Int = Constraint.required) -> Constraint {
        .fixed(min(16, max(minimum, clusterNameWidth)), importance: importance)
    }

    /// The name of a cluster in its color.
    func cluster(_ index: Int) -> Table.Item {
        .text(data.deployment.clusterName(index), style: theme.cluster(index))
    }

    /// The cluster that owns a topic, marked if messages came from another one: their publisher has another ring.
    func owner(of topic: TopicIdentity, _ counters: TopicCounters) -> Table.Item {
        guard topic.isMisplaced(counters) else { return cluster(topic.owner) }
        return .text(data.deployment.clusterName(topic.owner) + "!", style: theme[.severityWarn])
    }
}

extension Table.Item {
    /// Nothing.
    static let blank = Table.Item.text(.empty)

    /// At most so many messages that were lost.
    static func lost(_ count: UInt64, style: Style) -> Table.Item {
        count == 0 ? .figure("0", style: style) : .figure("≤ \(count)", "≤ \(SafeText.count(count))", style: style)
    }
}

extension Table.Styles {
    /// The styles of all tables.
    static func standard(_ theme: Theme) -> Table.Styles {
        Table.Styles(header: theme[.muted], selection: theme[.selection], scrollbar: theme[.border])
    }
}
