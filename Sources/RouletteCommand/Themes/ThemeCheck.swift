import Settings
import TerminalUI

/// What `roulette theme check` finds out about one theme.
struct ThemeCheck {
    /// The theme's name, or the file as it was given.
    let subject: String
    private let result: Result<ThemeFile, SettingsError>

    init(_ subject: String, _ library: ThemeLibrary) {
        self.subject = subject
        do throws(SettingsError) {
            result = .success(try library.load(nameOrFile: subject))
        } catch {
            result = .failure(error)
        }
    }

    /// Whether it loads, and everybody can read it.
    var isGood: Bool {
        switch result {
        case .success(let theme): theme.contrasts.allSatisfy(\.isSufficient)
        case .failure: false
        }
    }

    /// One line if all is well, else one for each thing that is wrong.
    var lines: [SafeText] {
        switch result {
        case .failure(let error):
            return SafeText.lines(untrusted: error.description).lines
        case .success(let theme):
            let contrasts = theme.contrasts
            let bad = contrasts.filter { !$0.isSufficient }
            guard bad.isEmpty else {
                return bad.map { contrast in
                    let ratio = Self.ratio(contrast.ratio)
                    let required = Self.ratio(contrast.required ?? 0)
                    return "\(untrusted: subject): \(untrusted: contrast.role.rawValue): contrast \(ratio), needs \(required)"
                }
            }
            let judged = contrasts.filter { $0.required != nil }
            guard let lowest = judged.min(by: { $0.ratio < $1.ratio }) else {
                return ["\(untrusted: subject): well; its colors are the terminal's own, so no contrast can be measured"]
            }
            return [
                "\(untrusted: subject): well; the lowest contrast of \(judged.count) roles is \(Self.ratio(lowest.ratio)), "
                    + "of \(untrusted: lowest.role.rawValue)"
            ]
        }
    }

    /// The same with every measured ratio, for programs.
    var json: JSONObject {
        var object: JSONObject = ["theme": .string(subject), "ok": .bool(isGood)]
        switch result {
        case .failure(let error):
            object.append("problems", .array(error.problems.map { .object($0.json) }))
            object.append("contrasts", .array([]))
        case .success(let theme):
            object.append("problems", .array([]))
            object.append(
                "contrasts",
                .array(
                    theme.contrasts.map { contrast in
                        .object([
                            "role": .string(contrast.role.rawValue),
                            "ratio": .decimal(contrast.ratio, digits: 2),
                            "required": contrast.required.map { .decimal($0, digits: 1) } ?? .null,
                            "ok": .bool(contrast.isSufficient),
                        ])
                    }
                )
            )
        }
        return object
    }

    /// Two digits, cut rather than rounded: 4.499 must not read as the 4.5 that it misses.
    private static func ratio(_ value: Double) -> SafeText {
        let hundredths = Int(value * 100)
        return "\(hundredths / 100).\(hundredths / 10 % 10)\(hundredths % 10)"
    }
}

extension SettingsProblem {
    /// The problem as an object: file, line, key, message.
    var json: JSONObject {
        [
            "file": .string(file), "line": line.map { .number($0) } ?? .null, "key": .string(key), "message": .string(message),
        ]
    }
}
