import Settings
import TerminalUI

// The layout of the screen: a header, the tabs, the view, and the bottom row.

extension ConsoleModel {
    /// Updates the open view and the prompt for the data and the size. Called once before ``draw(_:into:)``.
    mutating func prepareFrame() {
        guard !isTooSmall else { return }
        let view = ScreenLayout(size).view.size
        views.current.refresh(data, size: view)
        prompt?.refresh(data, view: view)
    }
}

/// Draws the console. A pure function: the same model always gives the same cells.
/// - Returns: The position of the cursor; nil to hide it.
func draw(_ model: ConsoleModel, into buffer: inout CellBuffer) -> Point? {
    let data = model.data
    buffer.clear(buffer.bounds, style: data.theme[.text])
    guard !model.isTooSmall else {
        drawTooSmall(model, into: &buffer)
        return nil
    }
    let layout = ScreenLayout(buffer.size)
    let title = layout.tabs.isEmpty ? type(of: model.views.current).title : nil
    Header(data, viewTitle: title).draw(into: &buffer, in: layout.header)
    let showsHints = drawTabs(model, into: &buffer, in: layout.tabs)
    model.views.current.draw(data, into: &buffer, in: layout.view)
    drawBottom(model, showsHints: showsHints, into: &buffer, in: layout.bottom)
    return model.prompt?.draw(data, into: &buffer, view: layout.view, line: layout.bottom)
}

/// Returns the screen without frames and colors, so that its text can be selected.
func plainScreen(_ model: ConsoleModel, glyphs: GlyphSet) -> CellBuffer {
    var model = model
    model.prepareFrame()
    var buffer = CellBuffer(size: model.size, glyphs: glyphs.withoutFrames, escapeStyle: .plain)
    _ = draw(model, into: &buffer)
    return buffer
}

/// The areas of the screen.
struct ScreenLayout {
    /// The minimum size of a screen with tabs. On a smaller screen the header shows the title of the view.
    private static let leastWithTabs = Size(width: 40, height: 12)

    let header: Rect
    /// Empty if there is no space.
    let tabs: Rect
    let view: Rect
    let bottom: Rect

    init(_ size: Size) {
        let all = Rect(size)
        header = all.row(0)
        let hasTabs = size.width >= Self.leastWithTabs.width && size.height >= Self.leastWithTabs.height
        tabs = hasTabs ? all.row(1) : .zero
        view = all.droppingTop(hasTabs ? 2 : 1).droppingBottom(1)
        bottom = all.row(all.height - 1)
    }
}

private func drawTooSmall(_ model: ConsoleModel, into buffer: inout CellBuffer) {
    let needed = ConsoleModel.minimumSize
    let quit = model.data.keys.key(for: .quit) ?? "q"
    let lines: [SafeText] = [
        "needs \(needed.width)x\(needed.height)",
        "has \(buffer.size.width)x\(buffer.size.height)",
        "\(quit) quits",
    ]
    for (row, line) in lines.enumerated() { buffer.write(line, in: buffer.bounds.row(row)) }
}

/// Draws the tabs of the views, and the hints of the global keys.
/// - Returns: Whether there was space for the hints.
private func drawTabs(_ model: ConsoleModel, into buffer: inout CellBuffer, in rect: Rect) -> Bool {
    guard !rect.isEmpty else { return false }
    let data = model.data
    let tabs = model.views.views.map { view in
        TabBar.Tab(key: data.keys.key(for: type(of: view).opening) ?? " ", title: type(of: view).title)
    }
    let styles = TabBar.Styles(key: data.theme[.key], title: data.theme[.muted], selected: data.theme[.selection])
    let used = TabBar(tabs, selected: model.views.selected, styles: styles).draw(into: &buffer, in: rect).width
    let space = Rect(x: rect.x + used + 1, y: rect.y, width: rect.width - used - 1, height: rect.height)
    let hints = hints(KeyAction.hints, data)
    // Fewer hints than the first three (subscribe, publish and filter) are not useful.
    guard space.width >= hints.width(of: 3) else { return false }
    hints.draw(into: &buffer, in: space, alignment: .right)
    return true
}

private func hints(_ actions: some Sequence<(action: KeyAction, label: SafeText)>, _ data: DashboardData) -> KeyHints {
    KeyHints(
        actions.compactMap { data.keys.hint($0.action, $0.label) },
        keyStyle: data.theme[.key],
        labelStyle: data.theme[.muted]
    )
}

/// Draws the bottom row: unfinished messages, the notice, the filter or the subscriptions, and the keys of the view on the right.
/// - Parameter showsHints: Whether the row of the tabs shows the hints of the global keys.
private func drawBottom(_ model: ConsoleModel, showsHints: Bool, into buffer: inout CellBuffer, in rect: Rect) {
    let data = model.data
    let place = rect.inset(horizontal: rect.width < 40 ? 0 : 1)
    // Unfinished messages are shown until they finish. Only a warning or an error is more important.
    if let waiting = model.waiting, model.notice?.severity ?? .info == .info {
        buffer.write(waiting, in: place, style: data.theme[.severityWarn])
        return
    }
    if let notice = model.notice {
        let text = notice.severity == .info ? notice.text : "\(notice.severity.word): \(notice.text)"
        buffer.write(text, in: place, style: data.theme[notice.severity.role])
        return
    }
    let own = type(of: model.views.current).actions
    let demo: [(action: KeyAction, label: SafeText)] = data.demo == nil ? [] : [(.demoFaults, "faults")]
    let short = KeyAction.shortHints
    let hints = hints(showsHints ? own.prefix(5) + demo : short.prefix(1) + own.prefix(2) + demo + short.dropFirst(), data)
    let text: SafeText
    var role = ThemeRole.muted
    if !model.views.current.filter.isEmpty {
        text = "filter \(untrusted: model.views.current.filter)  \(data.keys.key(for: .back) ?? "esc") clears it"
        role = .accent
    } else if data.subscriptions.isEmpty {
        text = "no subscription"
    } else {
        let labels = data.subscriptions.map(\.label).joined(separator: " · ")
        text = "\(data.subscriptions.count) subscribed: \(labels)"
    }
    // Leave space for at least two hints after a long list of subscriptions.
    let used = min(text.width, max(place.width - hints.width(of: 2) - 2, place.width / 3))
    buffer.write(text, in: Rect(x: place.x, y: place.y, width: used, height: place.height), style: data.theme[role])
    let space = Rect(x: place.x + used + 2, y: place.y, width: place.width - used - 2, height: place.height)
    hints.draw(into: &buffer, in: space, alignment: .right)
}
