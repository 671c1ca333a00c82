import Settings
import TerminalUI

/// The columns of one table, from left to right.
///
/// To add a column, add a case with its definition.
protocol TableColumn: CaseIterable, Hashable, Sendable {
    /// The content of a row.
    associatedtype Row
    /// The input for cells, headings and widths besides the row.
    associatedtype Context
    /// The sorting of rows by a column.
    associatedtype Sorting = Never

    var definition: ColumnDefinition<Self> { get }
}

/// The definition of one column of a table.
struct ColumnDefinition<Column: TableColumn> {
    let heading: (Column.Context) -> SafeText
    /// The width and the importance of the column. If there is too little space, the least important columns are left out.
    let width: (Column.Context) -> Constraint
    let alignment: Alignment
    /// The sorting by this column; nil if rows cannot be sorted by it.
    let sorting: Column.Sorting?
    /// Returns the cell of a row.
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

    /// Creates a column with a constant heading.
    init(
        _ heading: SafeText,
        width: @escaping (Column.Context) -> Constraint,
        alignment: Alignment = .left,
        sorting: Column.Sorting? = nil,
        cell: @escaping (Column.Row, Column.Context) -> Table.Item
    ) {
        self.init(heading: { _ in heading }, width: width, alignment: alignment, sorting: sorting, cell: cell)
    }

    /// Creates a column with a constant heading and width.
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

/// Columns of a table with their context.
struct TableColumns<Column: TableColumn> {
    private let columns: [Column]
    private let definitions: [ColumnDefinition<Column>]
    private let context: Column.Context

    /// - Parameter columns: The columns to show, from left to right; nil for all.
    init(_ context: Column.Context, _ columns: [Column]? = nil) {
        self.columns = columns ?? Array(Column.allCases)
        self.context = context
        definitions = self.columns.map(\.definition)
    }

    /// Returns the table without its rows.
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

/// The context of the columns of most tables.
struct TableContext {
    let data: DashboardData
    let glyphs: GlyphSet
    /// The width of the table in columns of the screen.
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

    /// Returns the width of a column of cluster names.
    func clusterWidth(minimum: Int = 7, importance: Int = Constraint.required) -> Constraint {
        .fixed(min(16, max(minimum, clusterNameWidth)), importance: importance)
    }

    /// Returns the name of a cluster in its color.
    func cluster(_ index: Int) -> Table.Item {
        .text(data.deployment.clusterName(index), style: theme.cluster(index))
    }

    /// Returns the cluster that owns a topic. It is marked if messages were received from another cluster, because their
    /// publisher uses a different ring.
    func owner(of topic: TopicIdentity, _ counters: TopicCounters) -> Table.Item {
        guard topic.isMisplaced(counters) else { return cluster(topic.owner) }
        return .text(data.deployment.clusterName(topic.owner) + "!", style: theme[.severityWarn])
    }
}

extension Table.Item {
    /// An empty cell.
    static let blank = Table.Item.text(.empty)

    /// Returns the maximum number of lost messages as a cell.
    static func lost(_ count: UInt64, style: Style) -> Table.Item {
        count == 0 ? .figure("0", style: style) : .figure("≤ \(count)", "≤ \(SafeText.count(count))", style: style)
    }
}

extension Table.Styles {
    /// Returns the styles of all tables.
    static func standard(_ theme: Theme) -> Table.Styles {
        Table.Styles(header: theme[.muted], selection: theme[.selection], scrollbar: theme[.border])
    }
}
