extension ConsoleRuntime {
    /// Lends the terminal to the operator's editor.
    func edit(_ text: [UInt8]) async {
        do throws(EditorError) {
            queue.send(.edited(.saved(try await terminal.edit(text))))
        } catch {
            queue.send(.edited(.failed(error.message)))
        }
    }
}
