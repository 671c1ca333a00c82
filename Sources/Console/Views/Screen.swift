import Settings
import TerminalUI

// The frame around every view: a header, the tabs, the view, one line at the bottom.

extension ConsoleModel {
    /// Fits all that is shown to the newest data and the size. Called once before ``draw(_:into:)``.
    mutating func prepareFrame() {
        guard !isTooSmall else { return }
        let view = ScreenLayout(size).view.size
        views.current.refresh(data, size: view)
        prompt?.refresh(data, view: view)
    }
}

/// Draws the console. Pure: the same model always gives the same cells.
/// - Returns: Where the cursor is to be shown; nil to hide it.
func draw(_ model: ConsoleModel, into buffer: inout CellBuffer) -> Point? {
    let data = model.data
    buffer.clear(buffer.bounds, style: data.theme[.text])
    guard !model.isTooSmall else {
        drawTooSmall(model, into: &buffer)
        return nil
    }
    let layout = ScreenLayout(buffer.size)
    Header(data).draw(into: &buffer, in: layout.header)
    drawTabs(model, into: &buffer, in: layout.tabs)
    model.views.current.draw(data, into: &buffer, in: layout.view)
    drawBottom(model, into: &buffer, in: layout.bottom)
    return model.prompt?.draw(data, into: &buffer, view: layout.view, line: layout.bottom)
}

/// The screen as text to be selected: without frames.
func plainScreen(_ model: ConsoleModel, glyphs: GlyphSet) -> CellBuffer {
    var model = model
    model.prepareFrame()
    var buffer = CellBuffer(size: model.size, glyphs: glyphs.withoutFrames, escapeStyle: .plain)
    _ = draw(model, into: &buffer)
    return buffer
}

/// Where the parts of the screen are.
struct ScreenLayout {
    let header: Rect
    let tabs: Rect
    let view: Rect
    let bottom: Rect

    init(_ size: Size) {
        let all = Rect(size)
        header = all.row(0)
        tabs = all.row(1)
        view = all.droppingTop(2).droppingBottom(1)
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

private func drawTabs(_ model: ConsoleModel, into buffer: inout CellBuffer, in rect: Rect) {
    let data = model.data
    let tabs = model.views.views.map { view in
        TabBar.Tab(key: data.keys.key(for: type(of: view).opening) ?? " ", title: type(of: view).title)
    }
    let styles = TabBar.Styles(key: data.theme[.key], title: data.theme[.muted], selected: data.theme[.selection])
    let used = TabBar(tabs, selected: model.views.selected, styles: styles).draw(into: &buffer, in: rect).width
    let own = type(of: model.views.current).actions.prefix(2)
    let demo: [(action: KeyAction, label: SafeText)] = data.demoNodes == nil ? [] : [(.demoNode, "kill a node")]
    let hints = (GlobalActions.hints(isShort: rect.width < 100) + demo + own).compactMap { data.keys.hint($0.action, $0.label) }
    let space = Rect(x: rect.x + used + 1, y: rect.y, width: rect.width - used - 1, height: rect.height)
    KeyHints(hints, keyStyle: data.theme[.key], labelStyle: data.theme[.muted])
        .draw(into: &buffer, in: space, alignment: .right)
}

/// The notice, or what is filtered by, or the first subscriptions.
private func drawBottom(_ model: ConsoleModel, into buffer: inout CellBuffer, in rect: Rect) {
    let data = model.data
    let place = rect.inset(horizontal: 1)
    if let notice = model.notice {
        let text = notice.severity == .info ? notice.text : "\(notice.severity.word): \(notice.text)"
        buffer.write(text, in: place, style: data.theme[notice.severity.role])
    } else if !model.views.current.filter.isEmpty {
        let clear = data.keys.key(for: .back) ?? "esc"
        let text: SafeText = "filter \(untrusted: model.views.current.filter)  \(clear) clears it"
        buffer.write(text, in: place, style: data.theme[.accent])
    } else if data.subscriptions.isEmpty {
        buffer.write("no subscription", in: place, style: data.theme[.muted])
    } else {
        let labels = data.subscriptions.map(\.label).joined(separator: " · ")
        buffer.write("\(data.subscriptions.count) subscribed: \(labels)", in: place, style: data.theme[.muted])
    }
}
