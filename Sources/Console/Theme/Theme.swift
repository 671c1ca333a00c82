import Settings
import TerminalUI

/// The styles of all roles, mapped to the capabilities of the terminal.
struct Theme: Sendable, Hashable {
    let name: String
    private let styles: [ThemeRole: Style]
    private let shades: [ThemeRole: [Style]]

    /// The roles that areas of graphs are drawn in.
    private static let graphRoles = ThemeRole.clusters + [.graphIn, .graphOut, .muted]
    /// The number of shades of an area.
    private static let shadeCount = 8
    /// The part of the color that remains in the lowest shade.
    private static let lowestShade = 0.55

    /// Creates the styles of a theme for a terminal.
    /// - Parameters:
    ///   - file: The theme.
    ///   - depth: The colors that the terminal supports. Without colors, attributes distinguish the roles.
    init(_ file: ThemeFile, depth: ColorDepth) {
        name = file.name
        var styles: [ThemeRole: Style] = [:]
        for role in ThemeRole.allCases {
            let style = file.style(for: role).mapped(to: depth)
            styles[role] = depth == .none ? Theme.withoutColor(role, style) : style
        }
        let text = styles[.text] ?? .plain
        let legible = styles.mapValues { $0.legible(on: text) }
        self.styles = legible
        let background = text.background ?? (file.variant == .dark ? .rgb(0, 0, 0) : .rgb(255, 255, 255))
        shades = Dictionary(
            uniqueKeysWithValues: Self.graphRoles.map { role in
                let style = legible[role] ?? .plain
                return (role, depth == .trueColor ? Self.gradient(style, on: background) : [style])
            }
        )
    }

    /// Returns the shades of an area from its bottom to its top: the color and its mixtures with the background. A color of the
    /// terminal's palette has no shades.
    private static func gradient(_ style: Style, on background: Color) -> [Style] {
        guard let color = style.foreground else { return [style] }
        let mixed = (0..<shadeCount).compactMap { shade -> Style? in
            let share = lowestShade + (1 - lowestShade) * Double(shade) / Double(shadeCount - 1)
            guard let color = color.mixed(with: background, share: share) else { return nil }
            return Style(foreground: color, modifiers: style.modifiers)
        }
        return mixed.count == shadeCount ? mixed : [style]
    }

    /// The style of a role, to be overlaid on the style of the text.
    subscript(role: ThemeRole) -> Style { styles[role] ?? .plain }

    /// Returns the style of a cluster, by its position on the ring.
    func cluster(_ index: Int) -> Style {
        self[.cluster(index)]
    }

    /// Returns the styles of an area of a graph from its bottom to its top.
    func shades(of role: ThemeRole) -> [Style] { shades[role] ?? [self[role]] }

    /// Returns the styles of the area of a cluster, by its position on the ring.
    func clusterShades(_ index: Int) -> [Style] {
        shades(of: ThemeRole.clusters[index % ThemeRole.clusters.count])
    }

    /// Returns the style of a role without color. Attributes replace colors that are the only mark of a role.
    private static func withoutColor(_ role: ThemeRole, _ style: Style) -> Style {
        var modifiers = style.modifiers
        switch role {
        case .selection, .environmentProduction, .escape: modifiers.insert(.reverse)
        case .match, .input: modifiers.insert(.underline)
        case .title, .key, .statusDown, .severityError: modifiers.insert(.bold)
        case .muted: modifiers.insert(.dim)
        default: break
        }
        return Style(modifiers: modifiers)
    }
}

extension ThemeRole {
    /// Returns the role of a cluster, by its position on the ring.
    static func cluster(_ index: Int) -> ThemeRole { clusters[index % clusters.count] }
}

extension Style {
    /// Returns a style whose foreground differs from its background. With few colors, two colors of a theme can become the same.
    /// The foreground is then that of the text.
    fileprivate func legible(on text: Style) -> Style {
        guard let foreground, foreground == background ?? text.background else { return self }
        var style = self
        style.foreground = text.foreground == foreground ? nil : text.foreground
        return style
    }
}
