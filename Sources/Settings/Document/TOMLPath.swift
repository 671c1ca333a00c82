import TextCoding

/// The position of a value in a document: the keys and array indices that lead to it from the top.
struct TOMLPath: Hashable, CustomStringConvertible {
    enum Component: Hashable {
        case key(String)
        case index(Int)
    }

    private(set) var components: [Component] = []

    static let root = TOMLPath()

    func appending(_ key: String) -> TOMLPath { appending(.key(key)) }

    func appending(_ index: Int) -> TOMLPath { appending(.index(index)) }

    func appending(_ component: Component) -> TOMLPath {
        var path = self
        path.components.append(component)
        return path
    }

    /// The path in TOML notation, `profiles.demo.servers[1].port`, with quotes around keys that are not bare.
    var description: String {
        var text = ""
        for component in components {
            switch component {
            case .index(let index):
                text += "[\(index)]"
            case .key(let key):
                if !text.isEmpty { text += "." }
                text += Self.isBare(key) ? key : quoted(key)
            }
        }
        return text
    }

    private static func isBare(_ key: String) -> Bool {
        !key.isEmpty && key.utf8.allSatisfy(TOMLLocator.isBareKeyByte)
    }
}
