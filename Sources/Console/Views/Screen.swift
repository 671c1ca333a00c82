import Settings
import TerminalUI

// The layout of the screen: a header, the tabs, the view, and the bottom row. A prompt of one line takes the row of the tabs, so that
// its list is below it.

extension ConsoleModel {
    /// Updates the incidents, and the open view and the prompt for the data and the size. Called once before ``draw(_:into:)``.
    mutating func prepareFrame() {
        markNoticeDrawn()
        if data.hasNewState { data.updateIncidents() }
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
    BottomRow(model, showsGlobalKeys: !showsHints).draw(into: &buffer, in: layout.bottom)
    return model.prompt?.draw(data, into: &buffer, view: layout.view, line: layout.line)
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
    /// The row for prompts of one line.
    var line: Rect { tabs.isEmpty ? view.row(0) : tabs }

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
    let hints = KeyHints(KeyAction.hints, data)
    // Fewer hints than the first three (subscribe, publish and filter) are not useful.
    guard space.width >= hints.width(of: 3) else { return false }
    hints.draw(into: &buffer, in: space, alignment: .right)
    return true
}

extension KeyHints {
    /// Creates the hints of actions that have a key.
    init(_ actions: some Sequence<(action: KeyAction, label: SafeText)>, _ data: DashboardData) {
        self.init(actions.compactMap { data.keys.hint($0.action, $0.label) }, data)
    }

    init(_ hints: [Hint], _ data: DashboardData) {
        self.init(hints, keyStyle: data.theme[.key], labelStyle: data.theme[.muted])
    }
}
