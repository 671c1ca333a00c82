import Testing

@testable import TerminalUI

@Suite("Selection and scrolling")
struct ListStateTests {
    @Test
    func `the selection follows its row when the list is sorted again`() {
        var state = ListState<String>()
        state.move(by: 1, in: ["a", "b", "c"], height: 2)
        #expect(state.selection == "b")
        state.update(["c", "a", "x", "b"], height: 2)
        #expect(state.selection == "b")
        #expect(state.index == 3)
        #expect(state.offset == 2)
    }

    @Test
    func `when the selected row is removed, the row in its place is selected`() {
        var state = ListState<Int>()
        state.moveToLast(in: [1, 2, 3], height: 2)
        state.update([1, 2], height: 2)
        #expect(state.selection == 2)
        state.update([], height: 2)
        #expect(state.selection == nil)
        #expect(state.offset == 0)
        state.update([7, 8], height: 2)
        #expect(state.selection == 7)
    }

    @Test
    func `moves stop at the ends, even with large steps`() {
        var state = ListState<Int>()
        let ids = Array(0..<100)
        state.move(by: .max, in: ids, height: 10)
        #expect(state.index == 99)
        #expect(state.offset == 90)
        state.move(by: .min, in: ids, height: 10)
        #expect(state.index == 0)
        #expect(state.offset == 0)
        state.move(by: 1, in: [Int](), height: 10)
        #expect(state.index == nil)
    }

    @Test
    func `selecting an identity takes effect when the list is drawn`() {
        var state = ListState<String>()
        state.select("c")
        state.update(["a", "b", "c"], height: 1)
        #expect(state.index == 2)
        #expect(state.offset == 2)
    }

    @Test
    func `a text follows its end until it is scrolled`() {
        var scroll = ScrollState(follows: true)
        scroll.update(count: 100, height: 10)
        #expect(scroll.offset == 90)
        scroll.scroll(by: -5, count: 100, height: 10)
        #expect(scroll.offset == 85)
        scroll.update(count: 200, height: 10)
        #expect(scroll.offset == 85)
        scroll.dropped(rows: 80)
        #expect(scroll.offset == 5)
        scroll.scroll(by: .max, count: 120, height: 10)
        #expect(scroll.offset == 110)
        #expect(!scroll.follows)
        scroll.scrollToEnd(count: 120, height: 10)
        scroll.update(count: 130, height: 10)
        #expect(scroll.offset == 120)
        scroll.scroll(by: .min, count: 130, height: 10)
        #expect(scroll.offset == 0)
    }
}
