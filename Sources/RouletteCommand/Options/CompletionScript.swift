/// The completion scripts that ArgumentParser makes, with what is not safe in them mended.
enum CompletionScript {
    /// The mended script, or the text as it is if it is no script for bash.
    ///
    /// In bash the words of `compgen -W` are expanded like words of a command: a candidate `$(…)` would be run when tab is
    /// pressed. The script reads candidates as lines of plain text instead. It leaves out those with control characters,
    /// file names among them. What the scripts for zsh and fish read is never expanded.
    ///
    /// - Throws: ``CommandFailure`` when the script is not the one this was written for, so that none is printed that
    ///   might run what it reads.
    static func mended(_ script: String) throws(CommandFailure) -> String {
        guard script.hasPrefix("#!/bin/bash") else { return script }
        guard let start = script.range(of: offeringFiles), script[start.upperBound...].range(of: offeringFiles) == nil else {
            throw unknown
        }
        let mended =
            script
            .replacing(offeringFiles, with: offeringSafely)
            .replacing(#"__roulette_add_completions -W "$("#, with: #"__roulette_add_candidates "$("#)
        // Lists of words that stand in the script itself are in single quotes.
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

        # The argument holds a candidate in each line. They are compared as text and never expanded.
        __roulette_add_candidates() {
            local completion
            while IFS='' read -r completion; do
                [[ -z "${completion}" || "${completion}" = *[[:cntrl:]]* ]] && continue
                [[ "${completion}" = "${cur}"* ]] && COMPREPLY+=("${completion}")
            done <<<"${1}"
        }
        """#

    private static var unknown: CommandFailure {
        .failed("the completion script for bash is not the known one, so it is not printed; please report this as a bug")
    }
}

/// Which names a shell may be offered.
enum CompletionCandidates {
    /// Those that mean nothing but themselves to bash, zsh and fish, in whatever way a script hands them on. Names of
    /// files, profiles and contexts are texts of somebody else.
    static func safe(_ candidates: [String]) -> [String] { candidates.filter(isSafe) }

    private static func isSafe(_ candidate: String) -> Bool {
        // A dash would make it an option. A tilde is a directory that the operator has typed.
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

    /// Whether it is part of a word in some script, and shows as that.
    private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber,
            .nonspacingMark, .spacingMark:
            !scalar.properties.isDefaultIgnorableCodePoint
        default: false
        }
    }
}
