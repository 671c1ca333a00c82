import CommandSupport

/// Makes the completion scripts of ArgumentParser safe.
enum CompletionScript {
    /// Returns a safe version of the script. Texts other than scripts for bash are returned unchanged.
    ///
    /// bash expands the words of `compgen -W` like those of a command: it would run a candidate `$(…)` when tab is pressed. The
    /// safe script reads candidates as lines of plain text, and leaves out those with control characters. The scripts for zsh
    /// and fish do not expand candidates.
    ///
    /// - Throws: ``CommandError`` if the script has an unexpected form and might expand candidates.
    static func mended(_ script: String) throws(CommandError) -> String {
        guard script.hasPrefix("#!/bin/bash") else { return script }
        guard let start = script.range(of: offeringFiles), script[start.upperBound...].range(of: offeringFiles) == nil else {
            throw unknown
        }
        let mended =
            script
            .replacing(offeringFiles, with: offeringSafely)
            .replacing(#"__roulette_add_completions -W "$("#, with: #"__roulette_add_candidates "$("#)
        // Lists of words in the script itself are in single quotes.
        guard !mended.contains(#"-W "$("#), !mended.contains("eval ") else { throw unknown }
        return mended
    }

    private static let offeringFiles = #"""
        __roulette_add_completions() {
            local completion
            while IFS='' read -r completion; do
                COMPREPLY+=("${completion}")
            done < <(IFS=$'\n' compgen "${@}" -- "${cur}")
        }
        """#

    private static let offeringSafely = #"""
        __roulette_add_completions() {
            local completion
            while IFS='' read -r completion; do
                [[ "${completion}" = *[[:cntrl:]]* ]] || COMPREPLY+=("${completion}")
            done < <(IFS=$'\n' compgen "${@}" -- "${cur}")
        }

        # The argument has one candidate per line. Candidates are compared as text and never expanded.
        __roulette_add_candidates() {
            local completion
            while IFS='' read -r completion; do
                [[ -z "${completion}" || "${completion}" = *[[:cntrl:]]* ]] && continue
                [[ "${completion}" = "${cur}"* ]] && COMPREPLY+=("${completion}")
            done <<<"${1}"
        }
        """#

    private static var unknown: CommandError {
        .failed("the completion script for bash has an unexpected form, so it is not printed; please report this as a bug")
    }
}

/// Selects the names that are safe to offer to a shell.
enum CompletionCandidates {
    /// Returns the names without a special meaning in bash, zsh and fish. Names of files, profiles and contexts are untrusted.
    static func safe(_ candidates: [String]) -> [String] { candidates.filter(isSafe) }

    private static func isSafe(_ candidate: String) -> Bool {
        // A name with a leading dash would be an option. The operator may type `~/`.
        let name = candidate.hasPrefix("~/") ? candidate.dropFirst(2) : candidate[...]
        guard let first = name.unicodeScalars.first, first != "-", name.utf8.count <= 4096 else { return candidate == "~/" }
        return name.unicodeScalars.allSatisfy { scalar in
            switch scalar {
            case "a"..."z", "A"..."Z", "0"..."9", "_", "-", ".", "/", "+", "@": true
            case _ where scalar.isASCII: false
            default: isLetter(scalar)
            }
        }
    }

    /// Whether the scalar is a visible part of a word in any script.
    private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber,
            .nonspacingMark, .spacingMark:
            !scalar.properties.isDefaultIgnorableCodePoint
        default: false
        }
    }
}
