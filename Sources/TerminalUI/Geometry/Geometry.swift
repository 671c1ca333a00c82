/// A position in a grid of cells. The top left cell is (0, 0); x increases to the right and y downwards.
public struct Point: Hashable, Sendable {
    /// The column.
    public var x: Int
    /// The row.
    public var y: Int

    /// Creates a point. It may be outside a buffer, where drawing is clipped.
    public init(x: Int, y: Int) {
        self.x = x
        self.y = y
    }

    /// The top left cell.
    public static let zero = Point(x: 0, y: 0)
}

/// A width and a height in cells, never negative.
public struct Size: Hashable, Sendable {
    /// The number of columns.
    public let width: Int
    /// The number of rows.
    public let height: Int

    /// Creates a size. Negative values become 0, so that arithmetic on a tiny terminal needs no checks.
    public init(width: Int, height: Int) {
        self.width = max(0, width)
        self.height = max(0, height)
    }

    /// The size without cells.
    public static let zero = Size(width: 0, height: 0)

    /// True if the size has no cells.
    public var isEmpty: Bool { width == 0 || height == 0 }
}

/// A rectangle of cells. Width and height are never negative.
public struct Rect: Hashable, Sendable {
    /// The top left cell.
    public let origin: Point
    /// Width and height in cells.
    public let size: Size

    /// Creates a rectangle at `origin`.
    public init(origin: Point, size: Size) {
        self.origin = origin
        self.size = size
    }

    /// Creates a rectangle from its position and size. Negative sizes become 0.
    public init(x: Int, y: Int, width: Int, height: Int) {
        self.init(origin: Point(x: x, y: y), size: Size(width: width, height: height))
    }

    /// Creates the rectangle from (0, 0) to `size`.
    public init(_ size: Size) {
        self.init(origin: .zero, size: size)
    }

    /// An empty rectangle at the top left.
    public static let zero = Rect(.zero)

    /// The first column.
    public var x: Int { origin.x }
    /// The first row.
    public var y: Int { origin.y }
    /// The number of columns.
    public var width: Int { size.width }
    /// The number of rows.
    public var height: Int { size.height }
    /// The column after the last one.
    public var right: Int { x + width }
    /// The row after the last one.
    public var bottom: Int { y + height }
    /// True if the rectangle has no cells.
    public var isEmpty: Bool { size.isEmpty }

    /// Returns whether `point` is in the rectangle.
    public func contains(_ point: Point) -> Bool {
        point.x >= x && point.x < right && point.y >= y && point.y < bottom
    }

    /// Returns the cells in both rectangles; empty if they do not overlap.
    public func intersection(_ other: Rect) -> Rect {
        let left = max(x, other.x)
        let top = max(y, other.y)
        return Rect(x: left, y: top, width: min(right, other.right) - left, height: min(bottom, other.bottom) - top)
    }

    /// Returns the rectangle reduced on each side; empty if nothing remains.
    public func inset(horizontal: Int = 0, vertical: Int = 0) -> Rect {
        Rect(x: x + horizontal, y: y + vertical, width: width - 2 * horizontal, height: height - 2 * vertical)
    }

    /// Returns one row of the rectangle, `offset` rows below its top; empty if there is no such row.
    public func row(_ offset: Int) -> Rect {
        guard offset >= 0, offset < height else { return Rect(x: x, y: y, width: 0, height: 0) }
        return Rect(x: x, y: y + offset, width: width, height: 1)
    }

    /// Returns the rectangle without its first `rows` rows.
    public func droppingTop(_ rows: Int) -> Rect {
        let taken = min(max(0, rows), height)
        return Rect(x: x, y: y + taken, width: width, height: height - taken)
    }

    /// Returns the rectangle without its last `rows` rows.
    public func droppingBottom(_ rows: Int) -> Rect {
        Rect(x: x, y: y, width: width, height: height - min(max(0, rows), height))
    }

    /// Returns a rectangle of at most `size`, centered in this one.
    public func centered(_ size: Size) -> Rect {
        let width = min(size.width, self.width)
        let height = min(size.height, self.height)
        return Rect(x: x + (self.width - width) / 2, y: y + (self.height - height) / 2, width: width, height: height)
    }
}
