import Console
import Settings
import TerminalUI

/// A page that shows parts of the console in a theme, then every role with its colors and contrast.
struct ThemeSample {
    private static let width = 84

    private let theme: ThemeFile
    private let depth: ColorDepth

    /// - Parameters:
    ///   - theme: The theme.
    ///   - depth: The colors that the terminal supports.
    init(_ theme: ThemeFile, depth: ColorDepth) {
        self.theme = theme
        self.depth = depth
    }

    private typealias Part = (text: SafeText, role: ThemeRole)

    /// The page as cells.
    func draw(glyphs: GlyphSet) -> CellBuffer {
        let parts = Self.parts(glyphs)
        let roles = ThemeRole.allCases
        var buffer = CellBuffer(
            size: Size(width: Self.width, height: parts.count + roles.count + 4),
            glyphs: glyphs,
            escapeStyle: style(.escape)
        )
        buffer.clear(buffer.bounds, style: style(.text))
        let title: SafeText = "\(untrusted: theme.name)  \(theme.variant == .dark ? "dark" : "light")"
        buffer.write(title, at: Point(x: 1, y: 0), style: style(.title))
        for (index, line) in parts.enumerated() {
            var x = 1
            for part in line {
                x += buffer.write(part.text, at: Point(x: x, y: index + 1), style: style(part.role)) + 1
            }
        }
        let top = parts.count + 2
        write(["ROLE", "SAMPLE", "FOREGROUND", "BACKGROUND", "ATTRIBUTES", "CONTRAST"], .muted, row: top, into: &buffer)
        let ratios = Dictionary(theme.contrasts.map { ($0.role, $0) }) { first, _ in first }
        for (index, role) in roles.enumerated() {
            let style = theme.style(for: role)
            let modifiers = style.modifiers.names
            write(
                [
                    "\(untrusted: role.rawValue)", "Sample 0123", "\(untrusted: style.foreground?.description ?? "-")",
                    "\(untrusted: style.background?.description ?? "-")",
                    "\(untrusted: modifiers.isEmpty ? "-" : modifiers.joined(separator: " "))",
                    ratios[role].map { Self.contrast($0) } ?? "-",
                ],
                role,
                row: top + 1 + index,
                into: &buffer
            )
        }
        return buffer
    }

    private func style(_ role: ThemeRole) -> Style { theme.style(for: role).mapped(to: depth) }

    /// Writes a row of the table. Only the sample has the style of the role.
    private func write(_ cells: [SafeText], _ role: ThemeRole, row: Int, into buffer: inout CellBuffer) {
        let columns = [1, 20, 34, 47, 60, 75]
        for (index, cell) in cells.enumerated() {
            let isStyled = index == 1 || role == .muted
            buffer.write(cell, at: Point(x: columns[index], y: row), style: isStyled ? style(role) : .plain)
        }
    }

    private static func contrast(_ contrast: ThemeFile.Contrast) -> SafeText {
        let tenths = Int(contrast.ratio * 10)
        return "\(tenths / 10).\(tenths % 10)" + (contrast.isSufficient ? "" : " low")
    }

    /// Parts of the console, one line each.
    private static func parts(_ glyphs: GlyphSet) -> [[Part]] {
        let connecting: SafeText = glyphs.showsUnicode ? "… connecting" : ". connecting"
        let stale: SafeText = glyphs.showsUnicode ? "◌ stale" : "~ stale"
        let rising: SafeText = glyphs.showsUnicode ? "⣀⣠⣤⣴⣶⣾⣿ in" : "..--==## in"
        let falling: SafeText = glyphs.showsUnicode ? "⣿⣷⣶⣦⣤⣄⣀ out" : "##==--.. out"
        return [
            [
                ("roulette", .title), (" demo dev ", .environmentDevelopment), (" staging ", .environmentStaging),
                (" PROD read-only ", .environmentProduction), ("muted", .muted), ("accent", .accent),
            ],
            [("s", .key), ("subscribe", .muted), ("/", .key), ("filter", .muted), (" input ", .input), ("found", .match)],
            [
                (glyphs.full + " up", .statusUp), (connecting, .statusConnecting), (glyphs.half + " degraded", .statusDegraded),
                (stale, .statusStale), (glyphs.hollow + " down", .statusDown), ("info", .severityInfo), ("warn", .severityWarn),
                ("error", .severityError),
            ],
            zip(["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta"] as [SafeText], ThemeRole.clusters)
                .map { ($0, $1) },
            [(glyphs.selection + " the selected row", .selection), ("the row of the cursor", .cursorLine), ("border", .border)],
            [
                ("{", .jsonPunctuation), ("\"id\"", .jsonKey), ("42", .jsonNumber), ("\"paid\"", .jsonKey),
                ("true", .jsonLiteral), ("\"note\"", .jsonKey), ("\"gift\"", .jsonString), ("}", .jsonPunctuation),
            ],
            [("00000010", .hexOffset), ("48 65 6c 6c 6f", .hexByte), ("Hello", .hexASCII), ("^[", .escape)],
            [(rising, .graphIn), (falling, .graphOut), ("9k", .graphGrid)],
        ]
    }
}
