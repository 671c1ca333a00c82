// Keys, colors and styles are a separate module, because the settings need them too. Code that draws needs both modules.
@_exported public import TerminalStyle
