/// An event from the terminal.
public enum InputEvent: Hashable, Sendable {
    /// A key was pressed.
    case key(Key)
    /// A text was pasted as one piece (bracketed paste). It is raw and untrusted. It goes into a text field, never through
    /// the key map.
    case paste(Paste)
    /// A mouse event, only while the mouse is enabled.
    case mouse(MouseEvent)
    /// The terminal has a new size.
    case resize(Size)
    /// The terminal is available again after a shell or an editor used it: redraw everything.
    case resumed
    /// A signal requests an orderly end of the program.
    case terminate(Termination)

    /// The signal that requests the end.
    public enum Termination: Hashable, Sendable {
        /// SIGINT from another process. A typed `^C` arrives as a key.
        case interrupt
        /// SIGQUIT.
        case quit
        /// SIGTERM.
        case terminate
        /// SIGHUP, or the terminal was closed.
        case hangup
    }
}

/// Pasted text.
public struct Paste: Hashable, Sendable {
    /// The bytes as the terminal sent them.
    public let bytes: [UInt8]
    /// True if the paste exceeded the limit of the terminal driver and was cut.
    public let isTruncated: Bool

    /// Creates a paste.
    public init(bytes: [UInt8], isTruncated: Bool = false) {
        self.bytes = bytes
        self.isTruncated = isTruncated
    }
}

/// A mouse action and its position.
public struct MouseEvent: Hashable, Sendable {
    /// The kind of action.
    public enum Action: Hashable, Sendable {
        /// A button was pressed.
        case press(Button)
        /// A button was released.
        case release
        /// The wheel turned by one notch.
        case scrollUp, scrollDown
    }

    /// A mouse button.
    public enum Button: Hashable, Sendable {
        /// One of the three buttons.
        case left, middle, right
    }

    /// The kind of action.
    public let action: Action
    /// The cell under the pointer.
    public let position: Point
    /// The modifier keys that were held down.
    public let modifiers: Key.Modifiers

    /// Creates a mouse event.
    public init(_ action: Action, at position: Point, modifiers: Key.Modifiers = []) {
        self.action = action
        self.position = position
        self.modifiers = modifiers
    }
}
