import Settings
import TerminalUI

/// The bottom row: unfinished messages or the notice, else the filter or the subscriptions, and the keys of the moment.
struct BottomRow {
    private let model: ConsoleModel
    private let showsGlobalKeys: Bool

    private var data: DashboardData { model.data }

    /// - Parameter showsGlobalKeys: Whether the row shows the keys that work in every view, because no other row does.
    init(_ model: ConsoleModel, showsGlobalKeys: Bool) {
        self.model = model
        self.showsGlobalKeys = showsGlobalKeys
    }

    func draw(into buffer: inout CellBuffer, in rect: Rect) {
        let place = rect.inset(horizontal: rect.width < 40 ? 0 : 1)
        if let (text, role) = message {
            drawWhole(text, role, into: &buffer, above: rect, in: place)
            return
        }
        if let hints = model.prompt?.hints(data), !hints.isEmpty {
            KeyHints(hints, data).draw(into: &buffer, in: place)
            return
        }
        let hints = hints
        // The keys come first. Without space for at least four of them, the text is shortened.
        let wanted = hints.width(of: showsGlobalKeys ? 2 : 4) + 2
        let (forms, role) = status
        let text = forms.first { $0.width + wanted <= place.width } ?? forms.last ?? .empty
        let used = min(text.width, max(place.width - hints.width(of: 1) - 2, 0))
        buffer.write(text, in: Rect(x: place.x, y: place.y, width: used, height: place.height), style: data.theme[role])
        let gap = used > 0 ? 2 : 0
        let space = Rect(x: place.x + used + gap, y: place.y, width: place.width - used - gap, height: place.height)
        hints.draw(into: &buffer, in: space, alignment: .right)
    }

    // MARK: Messages

    /// The message to the operator. Unfinished messages are shown until they finish; only a warning or an error is more important.
    private var message: (SafeText, ThemeRole)? {
        if let waiting = model.waiting, model.notice?.severity ?? .info == .info { return (waiting, .severityWarn) }
        return model.notice.map { notice in
            let text = notice.severity == .info ? notice.text : "\(notice.severity.word): \(notice.text)"
            return (text, notice.severity.role)
        }
    }

    /// Draws a text that may need several rows. They cover the end of the view, so that nothing of the text is cut.
    private func drawWhole(
        _ text: SafeText,
        _ role: ThemeRole,
        into buffer: inout CellBuffer,
        above rect: Rect,
        in place: Rect
    ) {
        // The header stays visible.
        let rows = text.wrapped(at: place.width, by: .words, maximumRows: max(1, rect.y)).lines
        for (index, row) in rows.enumerated() {
            let y = rect.y - rows.count + 1 + index
            buffer.clear(Rect(x: rect.x, y: y, width: rect.width, height: 1), style: data.theme[.text])
            buffer.write(row, in: Rect(x: place.x, y: y, width: place.width, height: 1), style: data.theme[role])
        }
    }

    // MARK: Status

    /// The filter or the subscriptions in several forms, the longest first.
    private var status: (forms: [SafeText], role: ThemeRole) {
        let back = data.keys.key(for: .back) ?? "esc"
        let (filter, limit) = (model.views.current.filter, model.views.current.limit(data))
        // In the order in which `back` undoes them.
        if !filter.isEmpty {
            let short: SafeText = "/\(untrusted: filter)"
            guard limit.isEmpty else {
                return (
                    ["\(limit), filter \(untrusted: filter)  \(back) clears the filter", "\(limit) \(short)", short], .accent
                )
            }
            return (["filter \(untrusted: filter)  \(back) clears it", short], .accent)
        }
        if !model.trail.isEmpty { return (["\(model.trail.text)  \(back) goes back", model.trail.text], .accent) }
        if !limit.isEmpty { return (["\(limit)  \(back) shows all", limit], .accent) }
        let count = data.subscriptions.count
        guard count > 0 else { return (["no subscription", .empty], .muted) }
        let labels = data.subscriptions.map(\.label).joined(separator: " · ")
        let short = SafeText.counted(count, "subscription")
        return (["\(count) subscribed: \(labels)", short, .empty], .muted)
    }

    // MARK: Keys

    /// The keys of the moment, the most useful first.
    private var hints: KeyHints {
        let own = model.views.current.hints(data)
        let demo: [(action: KeyAction, label: SafeText)] = data.demo == nil ? [] : [(.demoFaults, "faults")]
        let short = showsGlobalKeys ? KeyAction.shortHints : []
        let first = showsGlobalKeys ? 2 : 3
        let parts: [ArraySlice<(action: KeyAction, label: SafeText)>] = [
            short.prefix(1), own.prefix(first), demo[...], short.dropFirst(), own.dropFirst(first),
        ]
        return KeyHints(Array(parts.joined()), data)
    }
}
