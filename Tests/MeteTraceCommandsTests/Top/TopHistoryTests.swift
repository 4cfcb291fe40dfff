import MeteModel
import Testing

@testable import MeteTraceCommands

struct TopHistoryTests {
    private func history(_ count: Int, mostBytes: Int) -> History {
        var history = History(mostBytes: mostBytes)
        for number in 0..<count { history.append(TopFixture.view(), end: Int64(number)) }
        return history
    }

    @Test func everyWindowIsKeptWhileThereIsRoom() {
        let history = history(50, mostBytes: 1 << 20)
        #expect(history.numbers == 0..<50)
        #expect(history.numbers.allSatisfy { history[$0].end == Int64($0) && !history[$0].isThinned })
    }

    @Test func theOldestLoseTheirThreadsFirstAndThenGo() {
        let whole = History.size(of: TopFixture.view())
        var bare = TopFixture.view()
        bare.detail?.threads = [:]
        let room = 20 * whole
        let history = history(500, mostBytes: room)
        #expect(history.numbers.upperBound == 500)
        let thinned = history.numbers.filter { history[$0].isThinned }
        #expect(thinned == Array(history.numbers.prefix(thinned.count)), "the oldest")
        #expect(abs(thinned.count - history.numbers.count / 2) <= 1)
        #expect(history.numbers.allSatisfy { history[$0].end == Int64($0) })
        let size = history.numbers.reduce(0) { $0 + History.size(of: history[$1].view) }
        #expect(size <= room && size > room - 2 * whole, "\(size) of \(room)")
        #expect(thinned.allSatisfy { history[$0].view.samples == TopFixture.view().samples })
        #expect(History.size(of: bare) < whole)
    }

    @Test func theNewestIsKeptHoweverLargeItIs() {
        let history = history(3, mostBytes: 1)
        #expect(history.numbers == 2..<3 && history[2].end == 2)
    }
}
