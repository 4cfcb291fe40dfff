import MeteModel
import Testing

@testable import MeteTraceCommands

struct TopStateTests {
    private func rows(_ state: TopState, web run: Int64 = 300_000_000) -> TopRows {
        TopRows(TopFixture.view(web: run), state.request)
    }

    @Test func theSelectionFollowsItsRowWhenTheOrderChanges() {
        var state = TopFixture.state([.down, .down])
        #expect(state.selection == .component(TopFixture.web) && state.selectedIndex == 1)
        // Now it wants more than the other.
        let later = rows(state, web: 1_500_000_000)
        state.settle(in: later, height: 10)
        #expect(state.selection == .component(TopFixture.web) && state.selectedIndex == 0)
    }

    @Test func whereTheSelectedRowIsGoneTheNextOneIsSelected() {
        var state = TopFixture.state([.down])
        #expect(state.selection == .component(TopFixture.batch))
        _ = state.apply(.character("2"), in: rows(state))
        state.settle(in: rows(state), height: 10)
        #expect(state.selection == .component(TopFixture.web), "on the page of disks there is no other")
    }

    @Test func theScreenMovesWithTheSelection() {
        var state = TopFixture.state(TopFixture.keys("*"))
        let rows = rows(state)
        #expect(rows.count == 9)
        state.settle(in: rows, height: 3)
        for (key, index, top) in [
            (Key.end, 8, 6), (.up, 7, 6), (.pageUp, 4, 4), (.home, 0, 0), (.pageDown, 3, 1), (.down, 4, 2),
        ] {
            _ = state.apply(key, in: rows)
            #expect(state.selectedIndex == index && state.top == top, "\(key)")
        }
    }

    @Test func enterOpensAndLeftClosesWhatIsAround() {
        var state = TopFixture.state([.down, .down, .enter])
        #expect(rows(state).count == 4)
        state = TopFixture.state([.down, .down, .right, .right, .right, .right])
        #expect(state.selection == .thread(tid: 201, startTime: 1))
        state = TopFixture.state([.down, .down, .right, .right, .right, .right, .left])
        #expect(state.selection == .process(TopFixture.web, pid: 200))
        state = TopFixture.state([.down, .down, .right, .right, .right, .left, .left, .left])
        #expect(state.selection == .component(TopFixture.web) && rows(state).count == 2)
    }

    @Test func eachPageKeepsItsOwnOrder() {
        var state = TopFixture.state(TopFixture.keys("sr2"))
        #expect(state.page == .disk && state.sort == .requests && !state.isReversed)
        _ = state.apply(.character("1"), in: nil)
        #expect(state.sort == .waited && state.isReversed)
        #expect(TopFixture.state(TopFixture.keys("S")).sort == .used)
    }

    @Test func sortingGoesThroughEveryColumnOfThePageAndTheName() {
        for page in TopPage.allCases {
            var state = TopState(page: page)
            var seen: [TopColumn] = []
            repeat {
                seen.append(state.sort)
                _ = state.apply(.character("s"), in: nil)
            } while state.sort != seen[0]
            #expect(Set(seen) == Set(page.columns + [.name]))
        }
    }

    @Test func whatIsCountedOfComponentsAloneSortsNoThreads() {
        var state = TopFixture.state(TopFixture.keys("4"))
        #expect(state.sort == .resident)
        for key in TopFixture.keys("tt") { _ = state.apply(key, in: nil) }
        #expect(state.layout == .threads && state.sort == .minorFaults)
        _ = state.apply(.character("t"), in: nil)
        #expect(state.layout == .tree && state.sort == .resident)
    }

    @Test func aFilterIsInForceWhileItIsTypedAndEscBringsBackTheOneBefore() {
        var state = TopFixture.state(TopFixture.keys("/web"))
        #expect(state.entry == "web" && state.filter == RowFilter("web"))
        _ = state.apply(.enter, in: nil)
        #expect(state.entry == nil && state.filter == RowFilter("web"))
        for key in TopFixture.keys("/x") { _ = state.apply(key, in: nil) }
        #expect(state.filter == RowFilter("webx"))
        _ = state.apply(.escape, in: nil)
        #expect(state.entry == nil && state.filter == RowFilter("web"))
        _ = state.apply(.escape, in: nil)
        #expect(state.filter == nil)
    }

    @Test func keysInAFilterAreLetters() {
        var state = TopFixture.state(TopFixture.keys("/q"))
        #expect(state.apply(.character("q"), in: nil) == nil)
        #expect(state.entry == "qq")
        for _ in 0..<2 { _ = state.apply(.backspace, in: nil) }
        #expect(state.entry == "" && state.filter == nil)
        _ = state.apply(.backspace, in: nil)
        #expect(state.entry == nil)
    }

    @Test(arguments: [
        ("[", TopState.Effect.move(-1), true), (",", .move(-1), true), ("]", .move(1), true), (".", .move(1), true),
        ("{", .move(-10), true), ("}", .move(10), true), ("g", .oldest, true), ("G", .newest, false),
        ("q", .quit, false),
    ]) func keysOfTimePause(key: Character, effect: TopState.Effect, isPaused: Bool) {
        var state = TopState()
        #expect(state.apply(.character(key), in: nil) == effect)
        #expect(state.isPaused == isPaused)
    }

    @Test func aPauseEndsWhereItBegan() {
        var state = TopState()
        #expect(state.apply(.character("z"), in: nil) == nil)
        #expect(state.isPaused)
        #expect(state.apply(.character("z"), in: nil) == .resume)
        #expect(!state.isPaused)
    }

    @Test func timeGoesOnUnderHelpAndOtherKeysCloseIt() {
        var state = TopFixture.state(TopFixture.keys("h"))
        #expect(state.overlay == .help)
        #expect(state.apply(.character("["), in: nil) == .move(-1))
        #expect(state.overlay == .help)
        #expect(state.apply(.character("q"), in: nil) == nil)
        #expect(state.overlay == nil)
    }

    @Test func everyKeyIsTakenBeforeTheFirstWindow() {
        let letters = (0x20..<0x7F).map { Key.character(Character(Unicode.Scalar(UInt8($0)))) }
        for key in letters + [.up, .down, .left, .right, .enter, .home, .end, .pageUp, .pageDown, .escape, .tab] {
            var state = TopState()
            _ = state.apply(key, in: nil)
            #expect(state.selection == nil)
        }
    }
}
