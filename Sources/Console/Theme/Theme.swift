import Settings
import TerminalUI

/// The styles of all roles, mapped to the capabilities of the terminal.
struct Theme: Sendable, Hashable {
    let name: String
    private let styles: [ThemeRole: Style]

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
        self.styles = styles.mapValues { $0.legible(on: text) }
    }

    /// The style of a role, to be overlaid on the style of the text.
    subscript(role: ThemeRole) -> Style { styles[role] ?? .plain }

    /// Returns the style of a cluster, by its position on the ring.
    func cluster(_ index: Int) -> Style {
        self[.cluster(index)]
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
