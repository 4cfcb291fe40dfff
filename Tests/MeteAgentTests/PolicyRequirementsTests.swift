import MeteModel
import MetePolicy
import Testing

@testable import MeteAgent

/// What a policy needs of the machine, on machines that lack it.
struct PolicyRequirementsTests {
    private static let context = PolicyContext(capacity: 2) { _ in nil }
    private static let text = """
        components:
          - name: rest
          - name: shop
            match: { comm: a }
            cpu: { guarantee: 0.5, mode: reserved }
        """

    private func lacking(_ feature: String) -> [Finding] {
        [Finding(feature: feature, support: .unsupported(reason: "there is none", remedy: "Get one."), detail: "")]
    }

    @Test(arguments: [("SCHED_DEADLINE", "components[1].cpu.mode"), ("cpu controller", "components[1].cpu")])
    func namesTheLineAndTheFieldOfTheFileWhereverRestStands(feature: String, field: String) throws {
        let text = feature == "SCHED_DEADLINE" ? Self.text : Self.text.replacing("mode: reserved", with: "mode: shared")
        let policy = try PolicyLoader.load(text, file: "p.yaml", context: Self.context)
        let errors = #expect(throws: PolicyErrors.self) {
            try PolicyRequirements.meet(policy, file: "p.yaml", findings: lacking(feature))
        }
        let error = try #require(errors?.errors.first)
        #expect(error.line == 3 && error.field == field, "\(error)")
        #expect(error.problem == "shop needs what this machine lacks: there is none")
        #expect(error.remedy.hasPrefix("Get one. Or "))
    }

    @Test func leavesOutWhatIsOptional() throws {
        let text = Self.text.replacing("mode: reserved", with: "mode: { want: reserved, optional: true }")
        let policy = try PolicyLoader.load(text, file: "p.yaml", context: Self.context)
        let met = try PolicyRequirements.meet(policy, file: "p.yaml", findings: lacking("SCHED_DEADLINE"))
        #expect(met.components.map(\.cpu.mode) == [.shared, .shared])
    }

    @Test func isMetByAMachineThatHasEverything() throws {
        let policy = try PolicyLoader.load(Self.text, file: "p.yaml", context: Self.context)
        #expect(try PolicyRequirements.meet(policy, file: "p.yaml", findings: []).components == policy.components)
    }
}
