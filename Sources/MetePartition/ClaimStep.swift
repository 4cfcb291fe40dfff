/// One kind of claim, served from what the kinds before it have left. A plan serves `allCases` in this order.
enum ClaimStep: CaseIterable {
    /// Guarantees up to demand, in whole units.
    case guarantees
    /// The demand above them, tier by tier.
    case demand
    /// What nobody claimed.
    case surplus

    func serve(from ledger: inout Ledger) {
        switch self {
        case .guarantees: ledger.serveGuarantees()
        case .demand: ledger.serveDemand()
        case .surplus: ledger.lendSurplus()
        }
    }
}
