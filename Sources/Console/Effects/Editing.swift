extension ConsoleRuntime {
    /// Opens the operator's editor, which uses the terminal until it exits.
    func edit(_ text: [UInt8]) async {
        do throws(EditorError) {
            queue.send(.edited(.saved(try await terminal.edit(text))))
        } catch {
            queue.send(.edited(.failed(error.message)))
        }
    }
}
