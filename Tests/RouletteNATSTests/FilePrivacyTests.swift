import Testing

@testable import RouletteNATS

@Suite("Permissions of files with a secret")
struct FilePrivacyTests {
    private static let (me, other): (UInt32, UInt32) = (1000, 2000)

    @Test(
        arguments: [
            (UInt32(0o600), me, me, true), (0o400, me, me, true), (0o640, me, me, false), (0o604, me, me, false),
            (0o660, me, me, false), (0o620, me, me, false),
            // Mounted secrets: owned by root and readable by a group of this process.
            (0o640, 0, me, true), (0o440, 0, me, true), (0o400, 0, me, true), (0o644, 0, me, false), (0o444, 0, me, false),
            (0o660, 0, me, false), (0o650, 0, me, false), (0o642, 0, me, false),
            (0o640, 0, 0, true), (0o600, 0, 0, true), (0o644, 0, 0, false),
            // Files of another user, whatever their mode, because that user could change them. Root can read all files.
            (0o600, other, me, false), (0o440, other, me, false), (0o600, other, 0, true), (0o640, other, 0, false),
        ]
    )
    func `mode, owner and user decide whether a file is private`(mode: UInt32, owner: UInt32, user: UInt32, isPrivate: Bool) {
        let complaint = FilePrivacy(mode: 0o100_000 | mode, owner: owner, user: user).complaint(
            about: "/k",
            because: "it is a key"
        )
        #expect((complaint == nil) == isPrivate, "\(complaint ?? "nothing")")
    }

    @Test
    func `the advice contains the command to run`() {
        func complaint(_ mode: UInt32, owner: UInt32, user: UInt32, path: String = "/run/it's.key") -> String? {
            FilePrivacy(mode: mode, owner: owner, user: user).complaint(about: path, because: "it holds a key")
        }
        #expect(
            complaint(0o644, owner: Self.me, user: Self.me)
                == "others can read it, but it holds a key; run: chmod 600 '/run/it'\\''s.key'"
        )
        #expect(
            complaint(0o644, owner: 0, user: Self.me, path: "/run/k")
                == "belongs to root and users outside its group can read it, but it holds a key; run: sudo chmod 640 /run/k, or "
                + "mount it with mode 0440"
        )
        #expect(
            complaint(0o640, owner: Self.other, user: Self.me, path: "/run/k")
                == "belongs to another user, but it holds a key; make your own copy and use its path: install -m 600 /run/k ~/k"
        )
        #expect(complaint(0o640, owner: Self.other, user: 0, path: "/run/k")?.hasSuffix("run: chmod 600 /run/k") == true)
    }
}
