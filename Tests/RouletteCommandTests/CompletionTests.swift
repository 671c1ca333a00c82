import CommandSupport
import Testing

@testable import RouletteCommand

@Suite("Shell completion")
struct CompletionTests {
    @Test(
        arguments: [
            "$(touch x)", "`touch x`", "a;b", "a|b", "a&b", "a>b", "<(x)", "$HOME", "a b", "a\tb", "a\nb", "a\u{1B}[31m", "*",
            "?",
            "[ab]", "{a,b}", "!x", "#x", "~root", "x~", "=ls", "a\\b", "'", "\"", "-x", "", "a:b", "a\u{202E}b", "a\u{200B}b",
            "%1",
            "^x", "a\u{7F}", "a\u{85}b", "~", "~/$(x)",
        ]
    )
    func `a name with a special meaning in a shell is left out`(_ name: String) {
        #expect(CompletionCandidates.safe([name, "nord"]) == ["nord"])
    }

    @Test
    func `plain names, paths and words of other scripts are offered`() {
        let names = ["nord", "my-theme_2.x", "./dir/a.toml", "~/a.toml", "~/", "émile", "日本", "a@b+c", "/"]
        #expect(CompletionCandidates.safe(names) == names)
    }

    @Test
    func `the script for bash expands no candidates, and the scripts for zsh and fish are unchanged`() throws {
        let bash = try CompletionScript.mended(RouletteProgram.completionScript(for: .bash))
        #expect(!bash.contains(#"compgen -W "$("#) && !bash.contains(#"add_completions -W "$("#))
        #expect(bash.contains(#"__roulette_add_candidates "$("#))
        for shell in [RouletteProgram.completionScript(for: .zsh), RouletteProgram.completionScript(for: .fish)] {
            #expect(try CompletionScript.mended(shell) == shell)
        }
    }

    @Test
    func `a script for bash with an unexpected form is not printed`() {
        let script = RouletteProgram.completionScript(for: .bash)
        for other in [
            script.replacing("local completion\n", with: "local  completion\n"), script + "\n    eval \"$x\"\n",
            script + "\n    compgen -W \"$(x)\"\n",
        ] {
            #expect(throws: CommandError.self) { try CompletionScript.mended(other) }
        }
    }
}
