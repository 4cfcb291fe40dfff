package import MeteModel

/// How much of the CPUs may be reserved, as the kernel will compute it when it is asked.
package struct DeadlineCapacity: Equatable, Sendable {
    /// CPUs of the root domain.
    package var cpus: Int
    /// kernel.sched_rt_runtime_us over kernel.sched_rt_period_us; 1 where there is no limit.
    package var limit: Double
    /// Cores that the kernel's own per-CPU fair servers take.
    package var fairServers: Double
    /// Cores reserved for threads that mete does not plan for.
    package var others: Double
    /// Nanoseconds; the kernel refuses periods outside.
    package var shortestPeriod: Nanoseconds
    package var longestPeriod: Nanoseconds

    package init(
        cpus: Int, limit: Double = 0.95, fairServers: Double = 0, others: Double = 0,
        shortestPeriod: Nanoseconds = 100_000, longestPeriod: Nanoseconds = 4_194_304_000
    ) {
        self.cpus = cpus
        self.limit = limit
        self.fairServers = fairServers
        self.others = others
        self.shortestPeriod = shortestPeriod
        self.longestPeriod = longestPeriod
    }

    /// Cores that mete may reserve.
    package var available: Double { max(0, limit * Double(cpus) - fairServers - others) }
}

/// Reservations for the hot threads of components, sized to be admitted: a pure function.
///
/// A component's planned demand with headroom, but no less than its guarantee, is divided among its hot threads by what they
/// used. Where all of that does not fit the root domain, components are first held to their allotments or guarantees and then
/// scaled down by them, so that a guarantee does not pay for another's appetite. Each number that is smaller than wanted says why.
package struct DeadlinePlanner: Sendable {
    package struct Request: Equatable, Sendable {
        package var component: ComponentID
        package var threads: [ThreadLoad]
        /// Cores needed at the planning quantile, and cores allotted.
        package var demand: Double
        package var allotment: Double
        /// Cores to reserve even while demand is lower: what is reserved and not used, others run in, and a burst finds it there.
        package var floor: Double
        package var maximum: Double?
        package var period: Nanoseconds

        package init(
            component: ComponentID, threads: [ThreadLoad], demand: Double, allotment: Double, floor: Double = 0,
            maximum: Double? = nil, period: Nanoseconds
        ) {
            self.component = component
            self.threads = threads
            self.demand = demand
            self.allotment = allotment
            self.floor = floor
            self.maximum = maximum
            self.period = period
        }
    }

    package struct Reservation: Equatable, Sendable {
        package var component: ComponentID
        package var thread: ThreadRef
        package var runtime: UInt64
        package var deadline: UInt64
        package var period: UInt64
        /// Why it is smaller than demand with headroom; empty if it is not.
        package var reasons: [String]

        package var utilisation: Double { Double(runtime) / Double(period) }
    }

    package struct Refusal: Equatable, Sendable {
        package var component: ComponentID
        package var thread: ThreadRef
        package var reason: String
    }

    package struct Plan: Equatable, Sendable {
        package var reservations: [Reservation] = []
        package var refusals: [Refusal] = []
        /// Cores reserved in all.
        package var reserved: Double { reservations.reduce(0) { $0 + $1.utilisation } }
    }

    /// The least runtime that the kernel takes.
    package static let leastRuntime: UInt64 = 1024

    /// Reserved over planned: late arrivals inside a period must not wait for the next one.
    package var headroom = 1.25
    /// The most of one CPU that one thread gets; the remainder keeps per-CPU kernel threads alive.
    package var threadLimit = 0.9

    package init() {}

    package func plan(_ requests: [Request], capacity: DeadlineCapacity) -> Plan {
        let available = capacity.available
        var totals = requests.map { request in
            min(
                max(request.demand * headroom, request.floor), request.maximum ?? .infinity,
                Double(request.threads.count) * threadLimit)
        }
        let wanted = totals
        if totals.reduce(0, +) > available {
            for index in totals.indices {
                totals[index] = min(totals[index], max(requests[index].allotment, requests[index].floor))
            }
        }
        let sum = totals.reduce(0, +)
        if sum > available { totals = totals.map { $0 * available / sum } }

        var plan = Plan()
        for (index, request) in requests.enumerated() {
            var reasons: [String] = []
            if totals[index] < wanted[index] * (1 - 1e-9) {
                reasons.append(
                    "\(rounded(wanted[index])) cores wanted, \(rounded(totals[index])) given: only "
                        + "\(rounded(available)) of \(capacity.cpus) CPUs can be reserved")
            }
            let used = request.threads.reduce(0) { $0 + max(0, $1.usage) }
            for load in request.threads {
                let share = used > 0 ? max(0, load.usage) / used : 1 / Double(request.threads.count)
                reserve(load, totals[index] * share, reasons, request, capacity, &plan)
            }
        }
        return plan
    }

    private func reserve(
        _ load: ThreadLoad, _ share: Double, _ given: [String], _ request: Request, _ capacity: DeadlineCapacity,
        _ plan: inout Plan
    ) {
        var reasons = given
        let period = min(max(request.period, capacity.shortestPeriod), capacity.longestPeriod)
        if period != request.period {
            reasons.append("the kernel takes periods of \(capacity.shortestPeriod) to \(capacity.longestPeriod) ns")
        }
        var utilisation = share
        if share > threadLimit {
            utilisation = threadLimit
            reasons.append("\(rounded(share)) cores wanted, but one thread runs on one CPU at a time")
        }
        // Rounded down, so that the sum fits when each does; but not for the last bit of a floating-point number.
        let runtime = UInt64(utilisation * Double(period) + 1e-3)
        guard runtime >= Self.leastRuntime else {
            plan.refusals.append(
                Refusal(
                    component: request.component, thread: load.thread,
                    reason: "it would get \(runtime) ns in \(period) ns; the kernel reserves no less than "
                        + "\(Self.leastRuntime) ns"))
            return
        }
        plan.reservations.append(
            Reservation(
                component: request.component, thread: load.thread, runtime: runtime, deadline: UInt64(period),
                period: UInt64(period), reasons: reasons))
    }

    private func rounded(_ cores: Double) -> Double { (cores * 1000).rounded() / 1000 }
}
