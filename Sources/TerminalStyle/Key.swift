/// A key press with its modifiers.
public struct Key: Hashable, Sendable {
    /// The key itself.
    public enum Code: Hashable, Sendable {
        /// A key that types a character, as typed. Shift is part of the character, not of the modifiers.
        case character(Unicode.Scalar)
        /// An arrow.
        case up, down, left, right
        /// Keys that move by more than one step.
        case home, end, pageUp, pageDown
        /// Tab. With shift it arrives as `.backTab`.
        case tab, backTab
        /// Keys for editing, confirming and leaving.
        case enter, escape, backspace, delete, insert
        /// F1, F2 and so on.
        case function(Int)
    }

    /// The modifier keys held down with another key.
    public struct Modifiers: OptionSet, Hashable, Sendable {
        /// One bit per modifier.
        public let rawValue: UInt8

        /// Creates modifiers from their bits.
        public init(rawValue: UInt8) {
            self.rawValue = rawValue
        }

        /// Control.
        public static let control = Modifiers(rawValue: 1)
        /// Alt or Meta, which terminals send as an escape before the key.
        public static let alt = Modifiers(rawValue: 2)
        /// Shift, for keys that do not type a character.
        public static let shift = Modifiers(rawValue: 4)
    }

    /// The key itself.
    public let code: Code
    /// The modifiers held down.
    public let modifiers: Modifiers

    /// Creates a key press. A letter with control is stored in lower case, because terminals do not distinguish the two.
    public init(_ code: Code, _ modifiers: Modifiers = []) {
        if modifiers.contains(.control), case .character(let scalar) = code, ("A"..."Z").contains(scalar) {
            self.code = .character(Unicode.Scalar(UInt8(ascii: scalar) | 0x20))
        } else {
            self.code = code
        }
        self.modifiers = modifiers
    }

    /// Returns the key that types `scalar`.
    public static func character(_ scalar: Unicode.Scalar) -> Key {
        Key(.character(scalar))
    }

    /// Returns a letter with control.
    public static func control(_ letter: Unicode.Scalar) -> Key {
        Key(.character(letter), .control)
    }
}
