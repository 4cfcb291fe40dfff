import Testing

@testable import MeteControl

/// The kernel's account of deadline bandwidth, as /sys/kernel/debug/sched/debug prints it: once per CPU.
struct DeadlineBandwidthTests {
    private func text(_ domains: (limit: Int, booked: Int)...) -> String {
        domains.enumerated().map { cpu, domain in
            """
            cpu#\(cpu), 2799.998 MHz
            dl_rq[\(cpu)]:
              .dl_nr_running                 : 0
              .dl_bw->bw                     : \(domain.limit)
              .dl_bw->total_bw               : \(domain.booked)
            """
        }.joined(separator: "\n")
    }

    @Test func theDomainThatBookedMostCounts() throws {
        let account = try #require(DeadlineBandwidth.parseAccount(text((996_147, 104_856), (996_147, 524_288))))
        #expect(account.booked == 0.5)
        #expect(abs(account.limit - 0.95) < 1e-6)
    }

    @Test func noLimitIsPrintedAsMinusOne() {
        #expect(DeadlineBandwidth.parseAccount(text((-1, 0)))?.limit == 1)
    }

    @Test func aNegativeAccountIsNotHiddenByASoundOne() {
        #expect(DeadlineBandwidth.parseAccount(text((996_147, 104_856), (996_147, -524_288)))?.booked == -0.5)
        #expect(DeadlineBandwidth.parseAccount(text((996_147, -524_288), (996_147, 104_856)))?.booked == -0.5)
    }

    @Test func aKernelThatDoesNotShowItHasNone() {
        #expect(DeadlineBandwidth.parseAccount("cfs_rq[0]:/\n  .nr_running : 0\n") == nil)
    }
}
