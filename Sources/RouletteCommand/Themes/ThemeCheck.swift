import Settings
import TerminalUI
import TextCoding

/// The result of `roulette theme check` for one theme.
struct ThemeCheck {
    /// The theme's name or file, as given.
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

    /// Whether the theme loads and has enough contrast.
    var isGood: Bool {
        switch result {
        case .success(let theme): theme.contrasts.allSatisfy(\.isSufficient)
        case .failure: false
        }
    }

    /// One line if the theme is good, else one for each problem.
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
                return ["\(untrusted: subject): ok; its colors depend on the terminal, so its contrast cannot be measured"]
            }
            return [
                "\(untrusted: subject): ok; the lowest contrast of \(judged.count) roles is \(Self.ratio(lowest.ratio)), "
                    + "of \(untrusted: lowest.role.rawValue)"
            ]
        }
    }

    /// The result with every measured contrast.
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

    /// Two digits, rounded down, so that 4.499 is not shown as the required 4.5.
    private static func ratio(_ value: Double) -> SafeText {
        let hundredths = Int(value * 100)
        return "\(hundredths / 100).\(hundredths / 10 % 10)\(hundredths % 10)"
    }
}

extension SettingsProblem {
    /// The problem as a JSON object: file, line, key, message.
    var json: JSONObject {
        [
            "file": .string(file), "line": line.map { .number($0) } ?? .null, "key": .string(key), "message": .string(message),
        ]
    }
}
