import FuzzSupport
import ServerMonitor

/// The input is an answer of a monitoring endpoint behind one byte that says how it is read: the low half is how many rows were
/// asked for, the rest says how much of the answer came before it was cut off.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = UnsafeBufferPointer(start: start, count: count)
    guard let first = input.first else { return 0 }
    let limit = Int(first & 15)
    let answer = Array(input.dropFirst())

    if let status = try? ServerStatus(json: answer) {
        require(!status.id.isEmpty, "a server has no id")
        require(status.port >= 0 && status.connections >= 0 && status.cpu >= 0 && status.cpu.isFinite, "a negative count")
    }
    if let health = try? ServerHealth(json: answer) { require(!health.status.isEmpty, "a server's health is nothing") }

    let part = Array(answer.prefix(answer.count * Int(first >> 4) / 15))
    requireRows(
        whole: try? ConnectionList(json: answer, limit: limit),
        lenient: try? ConnectionList(json: answer, limit: limit, isCutOff: true),
        part: try? ConnectionList(json: part, limit: limit, isCutOff: true),
        limit: limit,
        \.connections,
        total: \.total,
        gaps: \.gaps
    )
    requireRows(
        whole: try? SubscriptionList(json: answer, limit: limit),
        lenient: try? SubscriptionList(json: answer, limit: limit, isCutOff: true),
        part: try? SubscriptionList(json: part, limit: limit, isCutOff: true),
        limit: limit,
        \.entries,
        total: \.total,
        gaps: \.gaps
    )
    return 0
}

/// Never more rows than were asked for, none that is counted nowhere, and of an answer that was cut off those that came.
private func requireRows<List: Equatable, Row: Equatable>(
    whole: List?,
    lenient: List?,
    part: List?,
    limit: Int,
    _ rows: (List) -> [Row],
    total: (List) -> Int,
    gaps: (List) -> ListGaps
) {
    for list in [whole, lenient, part].compactMap(\.self) {
        require(rows(list).count <= limit, "more rows than were asked for")
        require(total(list) >= rows(list).count + gaps(list).surplus + gaps(list).unreadable, "rows that are in no count")
    }
    if let whole {
        require(lenient == whole, "a whole answer is another where it may be cut off")
        require(!gaps(whole).isCutOff, "a whole answer is cut off")
        if let part { require(rows(whole).starts(with: rows(part)), "the rows of a part are not the first of the whole") }
    }
}
