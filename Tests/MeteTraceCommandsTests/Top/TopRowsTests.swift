import MeteModel
import MeteTrace
import Testing

@testable import MeteTraceCommands

struct TopRowsTests {
    private static let webProcess = RowID.process(TopFixture.web, pid: 200)

    private func ids(_ change: (inout TopRows.Request) -> Void = { _ in }, _ view: TraceView = TopFixture.view())
        -> [RowID]
    {
        var request = TopRows.Request()
        change(&request)
        let rows = TopRows(view, request)
        return rows.rows.indices.map { rows.id(at: $0) }
    }

    private func thread(_ tid: Int32) -> RowID { .thread(tid: tid, startTime: 1) }

    @Test func componentsAreInTheOrderOfTheirDemandAndIdleOnesLeftOut() {
        #expect(ids() == [.component(TopFixture.batch), .component(TopFixture.web)])
        #expect(TopRows(TopFixture.view(), TopRows.Request()).idleComponents == 1)
    }

    @Test func anotherColumnIsAnotherOrder() {
        #expect(ids { $0.sort = .waited } == [.component(TopFixture.web), .component(TopFixture.batch)])
        #expect(ids { ($0.sort, $0.isReversed) = (.waited, true) }.first == .component(TopFixture.batch))
        #expect(ids { $0.sort = .name }.first == .component(TopFixture.batch))
    }

    @Test func anOpenComponentHasItsProcessesAndAnOpenProcessItsThreads() {
        #expect(
            ids { $0.opened = [.component(TopFixture.web)] } == [
                .component(TopFixture.batch), .component(TopFixture.web), Self.webProcess,
                .process(TopFixture.web, pid: 300),
            ])
        #expect(
            ids { $0.opened = [.component(TopFixture.web), Self.webProcess] } == [
                .component(TopFixture.batch), .component(TopFixture.web), Self.webProcess, thread(201), thread(200),
                .process(TopFixture.web, pid: 300),
            ])
    }

    @Test func whatIsOpenedAmongAllThatAreOpenIsClosed() {
        let all = ids { $0.opensAll = true }
        #expect(all.count == 9)
        let some = ids { ($0.opensAll, $0.opened) = (true, [.component(TopFixture.web)]) }
        #expect(some == all.filter { ![Self.webProcess, thread(201), thread(200)].contains($0) }.dropLast())
    }

    @Test func aProcessIsTheSumOfItsThreads() throws {
        var request = TopRows.Request()
        request.layout = .processes
        let rows = TopRows(TopFixture.view(), request)
        let index = try #require(rows.index(of: Self.webProcess))
        #expect(rows.figures(at: index).cpu == CPUUsage(runTime: 250_000_000, runQueueDelay: 360_000_000))
        #expect(rows.figures(at: index).disk == TopFixture.disk)
    }

    @Test func withoutTheTreeThreadsOfAllComponentsAreInOneOrder() {
        // By demand: 940, 760, 500, 110 and 90 ms.
        #expect(ids { $0.layout = .threads } == [400, 401, 201, 200, 300].map(thread))
    }

    @Test func theFilterFindsComponentsProcessesAndThreads() {
        #expect(ids { $0.filter = RowFilter("WEB") } == [.component(TopFixture.web)])
        // What is found inside is shown, and nothing else.
        #expect(
            ids { $0.filter = RowFilter("work") } == [.component(TopFixture.web), Self.webProcess])
        #expect(ids { ($0.layout, $0.filter) = (.threads, RowFilter("^str.*s$")) } == [thread(400), thread(401)])
        #expect(ids { ($0.layout, $0.filter) = (.threads, RowFilter("300")) } == [thread(300)])
        #expect(ids { $0.filter = RowFilter("nobody") }.isEmpty)
        // An idle component is shown where somebody asks for it.
        #expect(ids { $0.filter = RowFilter("idle") } == [.component(ComponentID("idle"))])
    }

    @Test(arguments: [TopPage.disk, .network, .delays]) func aPageShowsWhatItsNumbersAreMadeOf(page: TopPage) {
        let found = ids { ($0.page, $0.sort, $0.opened) = (page, page.sort, [.component(TopFixture.web)]) }
        let parts: [RowID] =
            switch page {
            case .disk: [.device(TopFixture.web, DiskDevice(major: 4000, minor: 1))]
            case .network: [.sockets(TopFixture.web, .tcp4)]
            default:
                [.component(TopFixture.batch), .component(TopFixture.web), .realTime].map {
                    .runner(TopFixture.web, $0)
                }
            }
        #expect(found.dropFirst().prefix(parts.count) == parts[...])
        #expect(found.contains(Self.webProcess))
        #expect(found.contains(.process(TopFixture.web, pid: 300)) == (page == .delays))
    }

    @Test func aRecordingWithoutThreadsHasComponentsInEveryLayout() {
        var view = TopFixture.view()
        view.detail = nil
        for layout in TopState.Layout.allCases {
            #expect(ids({ $0.layout = layout }, view).count == 2)
        }
        let rows = TopRows(view, TopRows.Request())
        #expect(rows.rows.allSatisfy { $0.isOpen == nil })
    }
}
