import MeteModel
import MeteProtocol
import Testing

@testable import MeteAgent

struct PolicyAbsencesTests {
    private func policy(_ rules: MatchRule...) -> Policy {
        var component = ComponentPolicy(id: ComponentID("shop"))
        component.match = rules.map { MatchClause(rules: [$0]) }
        component.line = 7
        var policy = Policy()
        policy.components = [component, ComponentPolicy(id: .rest)]
        return policy
    }

    private func problems(_ policy: Policy, cgroups: Set<String> = [], units: Set<String> = []) -> [String] {
        PolicyAbsences(policy).problems(file: "p.yaml", hasCgroup: cgroups.contains, hasUnit: units.contains)
            .map(\.text)
    }

    @Test func namesFileLineComponentPathAndRemedy() {
        #expect(
            problems(policy(.cgroup(.exact("/srv/shop")))) == [
                "p.yaml:7: match: shop names the cgroup /srv/shop, which is not there; "
                    + "matches nothing until it appears; /proc/PID/cgroup of a process tells the path it is in"
            ])
        #expect(
            problems(policy(.unit(.exact("shop.service")))) == [
                "p.yaml:7: match: shop names the unit shop.service, of which there is no cgroup; "
                    + "matches nothing until the unit is started; `systemctl status shop.service` tells whether it exists"
            ])
    }

    @Test func isSilentOnWhatIsThere() {
        #expect(problems(policy(.cgroup(.exact("/srv/shop"))), cgroups: ["/srv/shop"]).isEmpty)
        #expect(problems(policy(.unit(.exact("shop.service"))), units: ["shop.service"]).isEmpty)
    }

    /// Patterns are for what comes and goes.
    @Test func isSilentOnPatternsAndOtherRules() {
        #expect(
            problems(
                policy(
                    .cgroup(.glob("/srv/*")), .cgroup(.prefix("/srv")), .cgroup(.regex("srv")), .unit(.glob("shop*")),
                    .comm(.exact("redis")))
            ).isEmpty)
    }

    @Test func namesEachOfSeveral() {
        let both = policy(.cgroup(.exact("/a")), .cgroup(.exact("/b")), .unit(.exact("c.service")))
        #expect(problems(both, cgroups: ["/b"]).count == 2)
    }
}
