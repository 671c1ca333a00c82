import Settings
import TerminalUI

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

extension ConsoleRuntime {
    /// Writes messages to a new file in the state directory, one line for each.
    func save(_ entries: [TailEntry]) async {
        guard let path = configuration.stateDirectory else {
            queue.send(.failed(.error("cannot save messages without a state directory; set HOME")))
            return
        }
        let names = client.clusters.map(\.name)
        var bytes: [UInt8] = []
        for entry in entries { bytes += configuration.messageLine(SavedMessage(entry, clusterNames: names)) }
        let name = "messages-\(Self.fileTime(clock.now.epochSeconds)).jsonl"
        do {
            try StateDirectory(creating: path).write(bytes, to: name)
            let cut = entries.count { $0.isCut }
            let note: SafeText = cut == 0 ? .empty : ", \(cut) of them cut to \(SafeText.bytes(TailEntry.maximumPayload))"
            let saved = SafeText.counted(entries.count, "message")
            queue.send(.done(.info("saved \(saved) in \(untrusted: path + "/" + name)\(note)")))
        } catch {
            queue.send(.failed(.error("not saved: \(untrusted: error.description)")))
        }
    }

    /// Returns a UTC time for a file name, such as `20260131-140322`.
    private static func fileTime(_ epochSeconds: Int64) -> String {
        var seconds = time_t(epochSeconds)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        func padded(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let date = "\(parts.tm_year + 1900)" + [parts.tm_mon + 1, parts.tm_mday].map(padded).joined()
        return date + "-" + [parts.tm_hour, parts.tm_min, parts.tm_sec].map(padded).joined()
    }
}
