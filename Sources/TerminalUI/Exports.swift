// Keys, colors and styles are a module of their own, since settings need them too. To draw takes both.
@_exported public import TerminalStyle
