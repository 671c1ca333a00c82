/// The purpose of a style. The raw value is the name of the role in a theme.
public enum ThemeRole: String, Sendable, CaseIterable {
    /// Text without another role. Its background is the background of the screen.
    case text
    case muted, accent, title, border
    case focusedBorder = "border.focus"
    case selection
    case cursorLine = "cursor-line"
    case match, key, input

    case statusUp = "status.up"
    case statusConnecting = "status.connecting"
    case statusDegraded = "status.degraded"
    case statusDown = "status.down"
    case statusStale = "status.stale"

    case severityInfo = "severity.info"
    case severityWarn = "severity.warn"
    case severityError = "severity.error"

    case environmentProduction = "env.prod"
    case environmentStaging = "env.staging"
    case environmentDevelopment = "env.dev"

    // The colors of the clusters. They also differ in luminance.
    case cluster1 = "cluster.1"
    case cluster2 = "cluster.2"
    case cluster3 = "cluster.3"
    case cluster4 = "cluster.4"
    case cluster5 = "cluster.5"
    case cluster6 = "cluster.6"
    case cluster7 = "cluster.7"
    case cluster8 = "cluster.8"

    case jsonKey = "json.key"
    case jsonString = "json.string"
    case jsonNumber = "json.number"
    case jsonLiteral = "json.literal"
    case jsonPunctuation = "json.punctuation"

    case hexOffset = "hex.offset"
    case hexByte = "hex.byte"
    case hexASCII = "hex.ascii"

    case graphIn = "graph.in"
    case graphOut = "graph.out"
    case graphGrid = "graph.grid"

    /// Escaped bytes of untrusted text. The style is distinct, so that text cannot imitate an escape.
    case escape

    /// The roles of the clusters in ring order. The ninth cluster has the first role again.
    public static let clusters: [ThemeRole] = [
        .cluster1, .cluster2, .cluster3, .cluster4, .cluster5, .cluster6, .cluster7, .cluster8,
    ]

    /// The role whose style this role has in a theme that does not define it; nil for the style of the default theme.
    public var base: ThemeRole? {
        switch self {
        case .focusedBorder: .accent
        case .graphGrid: .border
        case .hexOffset, .jsonPunctuation: .muted
        case .severityError: .statusDown
        default: nil
        }
    }

    /// The minimum contrast ratio with the background that is readable, or nil for decoration.
    ///
    /// WCAG 2.1: 4.5 for text (1.4.3), 3 for graphics that carry meaning (1.4.11).
    public var requiredContrast: Double? {
        switch self {
        case .border, .graphGrid: nil
        case .focusedBorder, .graphIn, .graphOut: 3
        default: 4.5
        }
    }
}
