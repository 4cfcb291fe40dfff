import MeteModel
import MeteStore

/// A recording as one page that needs nothing else: no network, no script, no font of its own.
package struct ReportPage {
    private let data: ReportData
    private let name: String
    private let version: String
    private let palette: Palette

    /// - Parameters:
    ///   - name: of the recording, for its head.
    ///   - version: of mete.
    package init(_ data: ReportData, name: String, version: String) {
        self.data = data
        self.name = name
        self.version = version
        palette = Palette(data.components)
    }

    package var html: String {
        Page.html(
            title: "mete report: \(name)",
            """
            \(head())
            \(caveats())
            \(cpu())
            \(delay())
            \(disturbances())
            \(disk())
            \(network())
            \(memory())
            \(stalls())
            \(totals())
            \(calls())
            <p class="soft">Made by mete \(HTMLText.escaped(version)) report. All times are UTC.</p>
            """)
    }

    // MARK: Head

    private func head() -> String {
        let (start, end) = (data.bins.range.lowerBound, data.bins.range.upperBound)
        let (from, to) = (CivilTime(nanosecondsSince1970: start), CivilTime(nanosecondsSince1970: end))
        let until = from.date == to.date ? to.time : "\(to.date) \(to.time)"
        var facts = ["\(from.date) \(from.time) to \(until) UTC (\(Self.span(end - start)))"]
        if let machine = data.machine {
            facts.append(machine[.cpus] == 1 ? "1 CPU" : "\(machine[.cpus]) CPUs")
        }
        facts.append(data.components.count == 1 ? "1 component" : "\(data.components.count) components")
        let bin = (end - start) / Int64(data.bins.count)
        facts.append("a window every \(Self.span(data.interval)), a point of a chart every \(Self.span(bin))")
        return """
            <h1>\(HTMLText.escaped(name))</h1>
            <p class="facts">\(facts.joined(separator: " \u{00B7} "))</p>
            """
    }

    /// In the two largest units that say it.
    static func span(_ length: Nanoseconds) -> String {
        let seconds = length / .perSecond
        let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60)
        if days > 0 { return "\(days) d\(hours > 0 ? " \(hours) h" : "")" }
        if hours > 0 { return "\(hours) h\(minutes > 0 ? " \(minutes) min" : "")" }
        if minutes > 0 { return "\(minutes) min\(seconds % 60 > 0 ? " \(seconds % 60) s" : "")" }
        let isWhole = seconds > 9 || length % .perSecond == 0 && seconds > 0
        return isWhole ? "\(seconds) s" : Quantity.duration.said(Double(length))
    }

    private func caveats() -> String {
        var items = data.caveats
        let length = data.bins.range.upperBound - data.bins.range.lowerBound
        let missing = length - data.covered
        if data.covered > 0, missing > max(data.interval, length / 100) {
            items.append("nothing was recorded for \(Self.span(missing)) of this time; charts have gaps there")
        }
        guard !items.isEmpty else {
            return "<p class=\"soft\">Nothing was lost, and everything that mete traces was traced.</p>"
        }
        let list = items.map { "<li>\(HTMLText.escaped($0))</li>" }.joined(separator: "\n")
        return """
            <section class="caveats" aria-labelledby="caveats"><h2 id="caveats">To know before reading</h2>
            <ul>\(list)</ul></section>
            """
    }

    // MARK: Charts

    private func section(_ title: String, _ text: String, _ body: String) -> String {
        "<section><h2>\(title)</h2>\n<p class=\"soft\">\(text)</p>\n\(body)\n</section>"
    }

    /// Featured components and, where there are any, the rest as one; the largest at the bottom.
    private func layers(_ measure: ReportData.Measure, addUp: Bool) -> [Chart.Layer] {
        let featured = palette.featured.compactMap { name in
            data.components.first { $0.name == name }.map {
                Chart.Layer(name: name, mark: palette.mark(of: name), values: $0.series[measure] ?? [])
            }
        }
        let others = data.components.filter { !palette.featured.contains($0.name) }.compactMap { $0.series[measure] }
        guard !others.isEmpty else { return featured }
        let rest: Series = (0..<data.bins.count).map { index in
            let values = others.compactMap { $0[index] }
            guard !values.isEmpty else { return nil }
            return addUp ? values.reduce(0, +) : values.max()
        }
        let name = addUp ? palette.othersName : "highest of \(palette.othersName)"
        return featured + [Chart.Layer(name: name, mark: palette.mark(of: nil), values: rest)]
    }

    private func chart(
        _ measure: ReportData.Measure, _ id: String, _ title: String, _ quantity: Quantity, _ size: Chart.Size,
        form: Chart.Form = .stacked, limit: (name: String, values: Series)? = nil, machine: Series? = nil
    ) -> String {
        if data.untraced.contains(measure) { return Self.absent(title, "was not traced.") }
        let whole = machine.map { [Chart.Layer(name: "machine", mark: "whole", values: $0)] } ?? []
        // A line of nothing but zeroes says nothing.
        let own = layers(measure, addUp: form == .stacked).filter { layer in
            form == .stacked || layer.values.contains { ($0 ?? 0) > 0 }
        }
        let chart = Chart(
            id: id, title: title, quantity: quantity, form: form,
            layers: whole + own, limit: limit, bins: data.bins, size: size)
        return chart.isEmpty ? Self.absent(title, "has nothing in this time.") : chart.figure()
    }

    private static func absent(_ title: String, _ what: String) -> String {
        "<figure><figcaption>\(title)</figcaption><p class=\"soft\">\(title) \(what)</p></figure>"
    }

    /// Two beside each other, where there is room.
    private func pairs(_ charts: String...) -> String { "<div class=\"pair\">\(charts.joined())</div>" }

    private func cpu() -> String {
        let limit = (name: "capacity", values: data.capacity)
        return section(
            "CPU",
            "Demand is what would have been used had nobody stood in the way: time on a CPU plus time waited for one. "
                + "Where it is above the capacity, somebody waited.",
            chart(.used, "used", "Use", .cores, .wide, limit: limit)
                + chart(.demand, "demand", "Demand", .cores, .wide, limit: limit))
    }

    private func delay() -> String {
        section(
            "Waits for a CPU",
            "Run-queue delay, of the single waits of each window: half are shorter than the median, one in a hundred is longer "
                + "than the 99th percentile. A point is the highest of its windows.",
            pairs(
                chart(.delayP50, "p50", "Median wait", .duration, .half, form: .lines),
                chart(.delayP99, "p99", "99th percentile of waits", .duration, .half, form: .lines)))
    }

    private func disk() -> String {
        section(
            "Disks",
            "Bytes of requests that were completed, and how long single requests took from when they were made: one in a hundred of a "
                + "window took longer than the 99th percentile, of which a point is the highest of its windows.",
            pairs(
                chart(.read, "read", "Read", .bytesPerSecond, .half),
                chart(.written, "written", "Written", .bytesPerSecond, .half),
                chart(.readP99, "readp99", "99th percentile of reads", .duration, .half, form: .lines),
                chart(.writeP99, "writep99", "99th percentile of writes", .duration, .half, form: .lines)))
    }

    private func network() -> String {
        section(
            "Network", "Bytes that threads sent and received by sockets, those within the machine included.",
            pairs(
                chart(.sent, "sent", "Sent", .bytesPerSecond, .half),
                chart(.received, "received", "Received", .bytesPerSecond, .half)))
    }

    private func memory() -> String {
        section(
            "Memory",
            "What processes have resident, where pages that several share count for each; and the proportional set size (PSS), in which "
                + "each has its part of them, so that it may be added up. PSS takes a walk over page tables: a process counts once it "
                + "has been walked.",
            chart(.resident, "resident", "Resident", .bytes, .wide)
                + chart(.proportional, "proportional", "Proportional (PSS)", .bytes, .wide))
    }

    private func stalls() -> String {
        func stalled(_ measure: ReportData.Measure, _ id: String, _ title: String) -> String {
            chart(measure, id, title, .share, .half, form: .levels, machine: data.stalls[measure])
        }
        return section(
            "Stalls",
            "Part of the time for which at least one thread stood still for want of something, as the kernel tells (PSI): of the whole "
                + "machine, and of components that have cgroups of their own, added up over these.",
            pairs(
                stalled(.cpuStalled, "cpustalled", "Stalled for a CPU"),
                stalled(.memoryStalled, "memorystalled", "Stalled for memory"),
                stalled(.diskStalled, "diskstalled", "Stalled for a disk")))
    }

    // MARK: Who disturbed whom

    private static let mostDisturbances = 20

    private func disturbances() -> String {
        let title = "Who disturbed whom"
        guard let disturbances = data.disturbances else {
            return section(title, "The recording does not say who ran while others waited.", "")
        }
        guard !disturbances.isEmpty else { return section(title, "Nobody waited for as long as 20 µs.", "") }
        let sorted = disturbances.sorted { ($1.time, $0.waiter, $0.runner.kind) < ($0.time, $1.waiter, $1.runner.kind) }
        let most = max(1, sorted.first?.time ?? 1)
        let rows = sorted.prefix(Self.mostDisturbances).map { disturbance in
            let width = Quantity.fixed(100 * Double(disturbance.time) / Double(most), 1)
            return """
                <tr><th scope="row">\(HTMLText.escaped(disturbance.waiter.name))</th>\
                <td>\(HTMLText.escaped(Self.name(disturbance)))</td>\
                <td>\(Quantity.duration.said(Double(disturbance.time)))</td>\
                <td><span class="bar" style="width:\(width)%"></span></td></tr>
                """
        }
        let left = sorted.count - rows.count
        let more = left > 0 ? "<p class=\"soft\">\(left) pairs with less are left out.</p>" : ""
        return section(
            title,
            "Of waits of 20 µs and more: for how long a component wanted a CPU while another had it, the longest first.",
            """
            <div class="scroll"><table class="bars"><thead><tr><th scope="col">Waited</th><th scope="col">while there ran</th>\
            <th scope="col">for</th><th scope="col"></th></tr></thead><tbody>\(rows.joined(separator: "\n"))</tbody></table></div>\(more)
            """)
    }

    private static func name(_ disturbance: Disturbance) -> String {
        switch disturbance.runner {
        case .component(disturbance.waiter): "itself"
        case .component(let component): component.name
        case .realTime: "real-time threads"
        case .deadline: "deadline threads"
        case .idle: "nobody: the CPU was waking up"
        case .throttled: "whoever it was: a quota held it back"
        case .steal: "whoever it was: the hypervisor had the CPU"
        case .unknown: "not known"
        }
    }

    // MARK: Calls

    private func calls() -> String {
        guard !data.calls.isEmpty else { return "" }
        let rows = data.calls.map { call in
            let p99 = call.total[.callP99]
            return """
                <tr><th scope="row">\(HTMLText.escaped(call.component))</th><td>\(HTMLText.escaped(call.function))</td>\
                <td>\(call.total[.calls])</td><td>\(Quantity.duration.said(Double(call.total[.callTime])))</td>\
                <td>\(p99 > 0 ? Quantity.duration.said(Double(p99)) : "\u{2013}")</td></tr>
                """
        }
        return section(
            "Calls",
            "Of the functions that were asked for: how often they were called, and for how long threads were inside.",
            """
            <div class="scroll"><table><thead><tr><th scope="col">Component</th><th scope="col">function</th>\
            <th scope="col">calls</th><th scope="col">time inside</th><th scope="col">worst p99</th></tr></thead>
            <tbody>\(rows.joined(separator: "\n"))</tbody></table></div>
            """)
    }

    // MARK: Totals

    private struct Column {
        var title: String
        var measure: ReportData.Measure
        var text: (ReportData.Component) -> String
    }

    private var columns: [Column] {
        let seconds = max(1e-9, data.covered.seconds)
        func peak(_ component: ReportData.Component, _ measure: ReportData.Measure) -> Double {
            (component.series[measure] ?? []).compactMap { $0 }.max() ?? 0
        }
        func bytes(_ metric: Metric) -> (ReportData.Component) -> String {
            { Quantity.bytes.said(Double($0.total[metric])) }
        }
        return [
            Column(title: "CPU time", measure: .used) { Quantity.cpuSeconds.said(Double($0.total[.runTime]) / 1e9) },
            Column(title: "mean cores", measure: .used) {
                Quantity.fixed(Double($0.total[.runTime]) / 1e9 / seconds, 3)
            },
            Column(title: "peak cores", measure: .used) { Quantity.fixed(peak($0, .used), 3) },
            Column(title: "waited", measure: .demand) {
                Quantity.cpuSeconds.said(Double($0.total[.runQueueDelay]) / 1e9)
            },
            Column(title: "worst p99", measure: .delayP99) {
                $0.total[.delayP99] > 0 ? Quantity.duration.said(Double($0.total[.delayP99])) : "\u{2013}"
            },
            Column(title: "read", measure: .read, text: bytes(.readBytes)),
            Column(title: "written", measure: .written, text: bytes(.writeBytes)),
            Column(title: "sent", measure: .sent, text: bytes(.sentBytes)),
            Column(title: "received", measure: .received, text: bytes(.receivedBytes)),
            Column(title: "resident, peak", measure: .resident, text: bytes(.resident)),
            Column(title: "threads, peak", measure: .used) { "\($0.total[.threads])" },
        ]
    }

    private func totals() -> String {
        let columns = columns
        let head = columns.map { "<th scope=\"col\">\($0.title)</th>" }.joined()
        let sorted = data.components.sorted {
            ($1.total[.runTime], $0.name) < ($0.total[.runTime], $1.name)
        }
        let rows = sorted.map { component in
            let cells = columns.map { column in
                "<td>\(data.untraced.contains(column.measure) ? "\u{2013}" : column.text(component))</td>"
            }
            return """
                <tr><th scope="row"><span class="dot \(palette.mark(of: component.name))"></span>\
                \(HTMLText.escaped(component.name))</th>\(cells.joined())</tr>
                """
        }
        return section(
            "Components",
            "In all of this time, the most CPU time first. A dash is for what was not traced or had nothing to count.",
            """
            <div class="scroll"><table><thead><tr><th scope="col">Component</th>\(head)</tr></thead>
            <tbody>\(rows.joined(separator: "\n"))</tbody></table></div>
            """)
    }
}
