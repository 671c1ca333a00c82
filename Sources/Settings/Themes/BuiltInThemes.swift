/// The themes that are compiled into the program. `themes/` contains the same texts. A test compares them.
enum BuiltInThemes {
    /// Texts by name. A theme takes roles that it does not define from the built-in theme of its variant.
    static let texts: [String: String] = [
        ThemeLibrary.defaultName: defaultDark,
        "default-light": defaultLight,
    ]

    private static let defaultDark = """
        # The default theme. The program contains a copy, so this file need not be installed.
        name = "default-dark"
        variant = "dark"

        text = { fg = "foreground", bg = "background" }
        muted = "muted"
        accent = "accent"
        title = { fg = "accent", modifiers = ["bold"] }
        border = "border"
        selection = { fg = "foreground", bg = "selection", modifiers = ["bold"] }
        cursor-line = { bg = "line" }
        match = { fg = "background", bg = "yellow" }
        key = { fg = "accent", modifiers = ["bold"] }
        input = { fg = "foreground", bg = "line" }
        escape = { fg = "pink", modifiers = ["underline"] }

        [status]
        up = "green"
        connecting = "yellow"
        degraded = { fg = "orange", modifiers = ["bold"] }
        down = { fg = "red", modifiers = ["bold"] }
        stale = { fg = "muted", modifiers = ["dim"] }

        [severity]
        info = "blue"
        warn = "yellow"

        [env]
        prod = { fg = "background", bg = "red", modifiers = ["bold"] }
        staging = { fg = "background", bg = "yellow" }
        dev = { fg = "background", bg = "green" }

        [cluster]
        1 = "cluster-1"
        2 = "cluster-2"
        3 = "cluster-3"
        4 = "cluster-4"
        5 = "cluster-5"
        6 = "cluster-6"
        7 = "cluster-7"
        8 = "cluster-8"

        [json]
        key = "blue"
        string = "green"
        number = "orange"
        literal = "purple"

        [hex]
        byte = "foreground"
        ascii = "cyan"

        [graph]
        in = "cyan"
        out = "purple"

        [palette]
        background = "#13161b"
        line = "#1c2129"
        selection = "#2d3a4d"
        border = "#3b4452"
        foreground = "#d7dde5"
        muted = "#8f99a8"
        accent = "#6cb6ff"
        red = "#ff7b72"
        orange = "#ffa657"
        yellow = "#e3c565"
        green = "#6bc46d"
        cyan = "#56d4dd"
        blue = "#6cb6ff"
        purple = "#c8a2f2"
        pink = "#f69ac1"

        # The same hues with different luminance, so that clusters can be distinguished without color.
        cluster-1 = "#549de5"
        cluster-2 = "#feb271"
        cluster-3 = "#459f49"
        cluster-4 = "#f498bf"
        cluster-5 = "#67e4ed"
        cluster-6 = "#ffe080"
        cluster-7 = "#bb96e5"
        cluster-8 = "#d65750"

        """

    private static let defaultLight = """
        # The default theme for light terminals. The program contains a copy, so this file need not be installed.
        name = "default-light"
        variant = "light"

        text = { fg = "foreground", bg = "background" }
        muted = "muted"
        accent = "accent"
        title = { fg = "accent", modifiers = ["bold"] }
        border = "border"
        selection = { fg = "foreground", bg = "selection", modifiers = ["bold"] }
        cursor-line = { bg = "line" }
        match = { fg = "background", bg = "yellow" }
        key = { fg = "accent", modifiers = ["bold"] }
        input = { fg = "foreground", bg = "line" }
        escape = { fg = "pink", modifiers = ["underline"] }

        [status]
        up = "green"
        connecting = "yellow"
        degraded = { fg = "orange", modifiers = ["bold"] }
        down = { fg = "red", modifiers = ["bold"] }
        stale = { fg = "muted", modifiers = ["dim"] }

        [severity]
        info = "blue"
        warn = "yellow"

        [env]
        prod = { fg = "background", bg = "red", modifiers = ["bold"] }
        staging = { fg = "background", bg = "yellow" }
        dev = { fg = "background", bg = "green" }

        [cluster]
        1 = "cluster-1"
        2 = "cluster-2"
        3 = "cluster-3"
        4 = "cluster-4"
        5 = "cluster-5"
        6 = "cluster-6"
        7 = "cluster-7"
        8 = "cluster-8"

        [json]
        key = "blue"
        string = "green"
        number = "orange"
        literal = "purple"

        [hex]
        byte = "foreground"
        ascii = "cyan"

        [graph]
        in = "cyan"
        out = "purple"

        [palette]
        background = "#fcfcfa"
        line = "#f0f1ee"
        selection = "#d5e3f7"
        border = "#c4c9d0"
        foreground = "#23272e"
        muted = "#5d6672"
        accent = "#0a5cbf"
        red = "#c02a2a"
        orange = "#a8500a"
        yellow = "#7d6000"
        green = "#1f7a33"
        cyan = "#0b6e80"
        blue = "#0a5cbf"
        purple = "#7a3fb5"
        pink = "#b02a72"

        # The same hues with different luminance, so that clusters can be distinguished without color.
        cluster-1 = "#003272"
        cluster-2 = "#a74f09"
        cluster-3 = "#2b833c"
        cluster-4 = "#7e024d"
        cluster-5 = "#035c6c"
        cluster-6 = "#5c4602"
        cluster-7 = "#41016e"
        cluster-8 = "#b71f22"

        """
}
