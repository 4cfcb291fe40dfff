import MeteModel
import MeteStore
import MeteTrace

extension RecordedWindow {
    /// What of a window goes into a recording.
    ///
    /// - Parameter mostThreads: how many of the busiest threads of each component.
    init(_ view: TraceView, mostThreads: Int) {
        let end = WallClock.nanoseconds(at: view.samples.first?.end ?? Instant(nanoseconds: 0))
        self.init(view.samples, stalls: view.stalls, end: end, length: view.length) { component, sample in
            let latencies = view.latencies[component]
            sample[.delayP50] = latencies?.runQueueDelay.p50 ?? 0
            sample[.delayP99] = latencies?.runQueueDelay.p99 ?? 0
            sample[.delayP999] = latencies?.runQueueDelay.p999 ?? 0
            sample[.readP99] = latencies?.diskReads.p99 ?? 0
            sample[.writeP99] = latencies?.diskWrites.p99 ?? 0
            sample[.disturbed] = view.detail?.disturbed(component) ?? 0
        }
        machine[.capacity] = Int64((view.capacity.cores * 1000).rounded())
        machine[.steal] = Int64((view.capacity.steal * 1000).rounded())
        machine[.interrupts] = Int64((view.capacity.interrupts * 1000).rounded())
        machine[.threads] = Int64(view.threadCount)
        machine[.cpus] = Int64(view.capacity.cpus)
        machine[.lost] =
            switch view.losses {
            case .each(let each): Int64(clamping: each.count)
            case .sum(let count): Int64(clamping: count)
            }
        add(view.calls)
        detail = view.detail.map { RecordedDetail($0, of: view.samples, mostThreads: mostThreads) }
    }
}

extension TraceView.Detail {
    /// How long others ran while threads of a component waited.
    fileprivate func disturbed(_ component: ComponentID) -> Nanoseconds {
        (disturbances[component] ?? []).reduce(0) { $0 + ($1.runner.isOther(than: component) ? $1.time : 0) }
    }
}

extension RecordedDetail {
    fileprivate init(_ detail: TraceView.Detail, of samples: [UsageSample], mostThreads: Int) {
        self.init()
        devices = detail.disks.map {
            Device(component: $0.component, device: $0.device, name: detail.name(of: $0.device), usage: $0.usage)
        }
        for sample in samples {
            for kind in SocketClass.allCases {
                guard let traffic = sample.network.traffic[kind] else { continue }
                sockets.append(Sockets(component: sample.component, kind: kind, traffic: traffic))
            }
            disturbances += detail.disturbances[sample.component] ?? []
            threads += (detail.threads[sample.component] ?? []).prefix(mostThreads).map {
                Thread(
                    component: $0.component, tid: $0.thread.tid, pid: $0.thread.pid, name: $0.name, use: $0.use,
                    disk: $0.disk)
            }
        }
    }
}

extension RecordedProcessChanges {
    init(_ changes: ProcessChanges?) {
        self.init(
            described: changes?.described ?? [], ended: changes?.ended ?? [], undescribed: changes?.undescribed ?? 0)
    }
}
