import ConsistentHashing

/// Repeats a lookup on a ring of three nodes, so that `scripts/instructions` can count the instructions that it takes.
///
/// Arguments: `lookup` and the number of repetitions.
@main
struct Instructions {
    static func main() throws {
        let arguments = CommandLine.arguments.dropFirst()
        guard arguments.first == "lookup", let count = arguments.dropFirst().first.flatMap({ Int($0) }) else {
            return print("usage: Instructions lookup COUNT")
        }
        let ring = try HashRing(count: 3)
        var sum = 0
        for number in 0..<count { sum &+= ring.index(of: "topic.\(1_000_000_000 + number)") }
        // Without a use of the result, the compiler may remove the lookups.
        print(sum)
    }
}
