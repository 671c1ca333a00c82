/// Combines the pages of a server's list of connections.
struct ConnectionPages {
    /// The connections of the pages so far, each once.
    private(set) var list = ConnectionList()
    /// The first row and the number of rows of the next page; nil if the list is complete.
    private(set) var next: (offset: Int, count: Int)?
    private let limit: Int
    private let pageSize: Int
    private var isFirst = true
    private var known: Set<UInt64> = []

    init(limit: Int, pageSize: Int) {
        self.limit = max(limit, 1)
        self.pageSize = pageSize
        next = (0, min(self.limit, pageSize))
    }

    /// Adds the next page.
    /// - Returns: False if the page is from another server than the pages before.
    mutating func add(_ page: ConnectionList) -> Bool {
        guard let (offset, count) = next, isFirst || list.serverID == page.serverID else { return false }
        (isFirst, list.serverID) = (false, page.serverID)
        list.connections += page.connections.filter { known.insert($0.id).inserted }
        (list.total, list.time) = (max(list.total, page.total), page.time)
        list.gaps = list.gaps + page.gaps
        let rows = page.connections.count + page.gaps.unreadable
        let end = offset + rows
        // A server that ignores paging has no next page.
        let isLast = rows < count || end >= min(limit, page.total) || page.gaps.surplus > 0 || page.gaps.isCutOff
        next = isLast ? nil : (end, min(limit - end, pageSize))
        return true
    }
}
