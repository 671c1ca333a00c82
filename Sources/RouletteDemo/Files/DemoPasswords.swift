/// The passwords of a demo.
struct DemoPasswords: Equatable, Codable, Sendable {
    /// The user of clients and of routes.
    static let user = "demo"
    /// The user of the system account.
    static let systemUser = "system"

    /// The password of ``user``.
    let client: String
    /// The password of ``systemUser``.
    let system: String

    /// Creates random passwords of 128 bits.
    static func random() -> DemoPasswords {
        DemoPasswords(client: DemoPlan.makePassword(), system: DemoPlan.makePassword())
    }
}
