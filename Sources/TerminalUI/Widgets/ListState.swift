/// Which row of a list is selected, and which rows are in view.
///
/// The selection is an identity, not a position: when the list is sorted again or rows come and go, the same row stays
/// selected. When the selected row is gone, the one that took its place is selected.
public struct ListState<ID: Hashable & Sendable>: Sendable, Equatable {
    /// The selected row; nil while the list is empty or nothing is selected.
    public private(set) var selection: ID?
    /// The position of the selected row when the list was last seen.
    public private(set) var index: Int?
    /// The first row in view.
    public private(set) var offset = 0

    /// Nothing selected, at the top.
    public init() {}

    /// Selects `id` if it is in the list when the list is next seen.
    public mutating func select(_ id: ID) {
        selection = id
        index = nil
    }

    /// Selects nothing and goes to the top.
    public mutating func reset() {
        self = ListState()
    }

    /// Fits selection and scroll position to the list as it is now. Call it once for each change of the list or of its
    /// height, before drawing.
    ///
    /// - Parameters:
    ///   - ids: The rows in order. Looked through only if the selected row moved.
    ///   - height: Rows in view.
    ///   - selectsFirst: Select the first row when nothing is selected.
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
        // Clamped before adding: `rows` may be Int.max for "to the end".
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

/// How far a long text is scrolled.
public struct ScrollState: Sendable, Hashable {
    /// The first row in view.
    public private(set) var offset = 0
    /// True while the view stays at the end as rows are added.
    public private(set) var follows: Bool

    /// At the top, or at the end if it `follows`.
    public init(follows: Bool = false) {
        self.follows = follows
    }

    /// Fits the position to a text of `count` rows of which `height` are in view.
    public mutating func update(count: Int, height: Int) {
        let last = max(0, count - max(1, height))
        offset = follows ? last : min(offset, last)
    }

    /// Scrolls by `rows`. Reaching the end does not start following; leaving it stops it.
    public mutating func scroll(by rows: Int, count: Int, height: Int) {
        update(count: count, height: height)
        let last = max(0, count - max(1, height))
        offset = rows < 0 ? offset - min(offset, rows.magnitude.clampedToInt) : offset + min(last - offset, rows)
        if offset < last { follows = false }
    }

    /// Goes to the top and stops following.
    public mutating func scrollToTop() {
        offset = 0
        follows = false
    }

    /// Goes to the end; from then on it `follows` if asked to.
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
