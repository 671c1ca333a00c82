import FuzzSupport
import NATSMonitoring

@main
enum FuzzMonitoring {
    static func main() { runFuzzer(fuzzOneInput) }
}

/// The input is one byte and an answer of a monitoring endpoint. The low half of the byte is the number of requested rows;
/// the rest determines where the answer is cut off.
private func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = UnsafeBufferPointer(start: start, count: count)
    guard let first = input.first else { return 0 }
    let limit = Int(first & 15)
    let answer = Array(input.dropFirst())

    if let status = try? ServerStatus(json: answer) {
        require(!status.id.isEmpty, "a server has no id")
        require(status.port >= 0 && status.connections >= 0 && status.cpu >= 0 && status.cpu.isFinite, "a count is negative")
    }
    if let health = try? ServerHealth(json: answer) { require(!health.status.isEmpty, "the health of a server is empty") }
    if let list = try? RouteList(json: answer) {
        require(list.routes.count <= RouteList.limit, "there are more routes than the limit")
        require(!list.serverID.isEmpty && list.routes.allSatisfy { !$0.remoteID.isEmpty }, "a server of a route has no id")
    }
    if let reply = try? SystemReply(json: answer) {
        require(!reply.serverID.isEmpty, "a server has no id")
        require(reply.answer != nil || reply.error != nil, "a reply is neither an answer nor an error")
        if let inner = reply.answer { _ = try? ServerStatus(json: inner) }
    }

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

/// Checks that there are no more rows than requested, that all omitted rows are counted, and that an answer that was cut
/// off has the rows before the cut.
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
        require(rows(list).count <= limit, "there are more rows than requested")
        require(total(list) >= rows(list).count + gaps(list).surplus + gaps(list).unreadable, "omitted rows are not counted")
    }
    if let whole {
        require(lenient == whole, "a complete answer changes if it may be cut off")
        require(!gaps(whole).isCutOff, "a complete answer is marked as cut off")
        if let part { require(rows(whole).starts(with: rows(part)), "a partial answer does not begin like the complete one") }
    }
}
