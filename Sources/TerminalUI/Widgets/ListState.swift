/// The selected row of a list, and the scroll position.
///
/// The selection is an identity, not a position: when the list is sorted again or rows are added or removed, the same row stays
/// selected. When the selected row is removed, the row that takes its position is selected.
public struct ListState<ID: Hashable & Sendable>: Sendable, Equatable {
    /// The selected row; nil if the list is empty or nothing is selected.
    public private(set) var selection: ID?
    /// The position of the selected row at the last update.
    public private(set) var index: Int?
    /// The first visible row.
    public private(set) var offset = 0

    /// Creates a state without a selection, scrolled to the top.
    public init() {}

    /// Selects `id` if it is in the list at the next update.
    public mutating func select(_ id: ID) {
        selection = id
        index = nil
    }

    /// Clears the selection and scrolls to the top.
    public mutating func reset() {
        self = ListState()
    }

    /// Adapts the selection and the scroll position to the current list. Call it once after each change of the list or its
    /// height, before drawing.
    ///
    /// - Parameters:
    ///   - ids: The rows in order. They are searched only if the selected row has moved.
    ///   - height: The number of visible rows.
    ///   - selectsFirst: Whether to select the first row if nothing is selected.
    public mutating func update(
        _ ids: some RandomAccessCollection<ID>,
        height: Int,
        selectsFirst: Bool = true
    ) {
        if let selection {
            let position = index.flatMap { $0 < ids.count && ids[at: $0] == selection ? $0 : nil } ?? ids.position(of: selection)
            setIndex(position ?? min(index ?? 0, ids.count - 1), in: ids)
        } else if selectsFirst {
            setIndex(0, in: ids)
        }
        scroll(count: ids.count, height: height)
    }

    /// Moves the selection by `rows`, stopping at the ends.
    public mutating func move(by rows: Int, in ids: some RandomAccessCollection<ID>, height: Int) {
        update(ids, height: height)
        guard let index else { return }
        // Clamp before adding, because `rows` may be Int.max to reach the end.
        let target = rows < 0 ? index - min(index, rows.magnitude.clampedToInt) : index + min(ids.count - 1 - index, rows)
        setIndex(target, in: ids)
        scroll(count: ids.count, height: height)
    }

    /// Selects the first row.
    public mutating func moveToFirst(in ids: some RandomAccessCollection<ID>, height: Int) {
        setIndex(0, in: ids)
        scroll(count: ids.count, height: height)
    }

    /// Selects the last row.
    public mutating func moveToLast(in ids: some RandomAccessCollection<ID>, height: Int) {
        setIndex(ids.count - 1, in: ids)
        scroll(count: ids.count, height: height)
    }

    private mutating func setIndex(_ position: Int, in ids: some RandomAccessCollection<ID>) {
        guard position >= 0, position < ids.count else {
            (selection, index) = (nil, nil)
            return
        }
        (selection, index) = (ids[at: position], position)
    }

    private mutating func scroll(count: Int, height: Int) {
        let height = max(1, height)
        offset = min(max(0, offset), max(0, count - height))
        if let index { offset = min(max(offset, index - height + 1), index) }
    }
}

/// The scroll position of a long text.
public struct ScrollState: Sendable, Hashable {
    /// The first visible row.
    public private(set) var offset = 0
    /// True while the view stays at the end as rows are added.
    public private(set) var follows: Bool

    /// Creates a position at the top, or at the end if `follows` is true.
    public init(follows: Bool = false) {
        self.follows = follows
    }

    /// Adapts the position to a text of `count` rows, of which `height` are visible.
    public mutating func update(count: Int, height: Int) {
        let last = max(0, count - max(1, height))
        offset = follows ? last : min(offset, last)
    }

    /// Scrolls by `rows`. Reaching the end does not start following, but leaving the end stops it.
    public mutating func scroll(by rows: Int, count: Int, height: Int) {
        update(count: count, height: height)
        let last = max(0, count - max(1, height))
        offset = rows < 0 ? offset - min(offset, rows.magnitude.clampedToInt) : offset + min(last - offset, rows)
        if offset < last { follows = false }
    }

    /// Scrolls to the top and stops following.
    public mutating func scrollToTop() {
        offset = 0
        follows = false
    }

    /// Scrolls to the end, and stays there as rows are added if `follow` is true.
    public mutating func scrollToEnd(count: Int, height: Int, follow: Bool = true) {
        follows = follow
        offset = max(0, count - max(1, height))
    }

    /// Keeps the same rows in view after `rows` were dropped from the front of the text.
    public mutating func dropped(rows: Int) {
        offset = max(0, offset - max(0, rows))
    }
}

extension UInt {
    fileprivate var clampedToInt: Int { Int(clamping: self) }
}

extension RandomAccessCollection {
    fileprivate subscript(at position: Int) -> Element { self[index(startIndex, offsetBy: position)] }
}

extension RandomAccessCollection where Element: Equatable {
    fileprivate func position(of element: Element) -> Int? {
        firstIndex(of: element).map { distance(from: startIndex, to: $0) }
    }
}
