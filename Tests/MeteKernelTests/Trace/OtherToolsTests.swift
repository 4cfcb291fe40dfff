import FoundationEssentials
import MeteModel
import MeteTestSupport
import MeteTrace
import Testing

extension KernelTests {
    /// Totals against what other programs say that they did: bytes and requests of disks to the last one, as are messages and retransmits;
    /// bytes of iperf3 but for what it says to itself beside its data.
    ///
    /// What starts a tool is in the same component as the tool is, by its command line: until mete has heard of a new program, it may count
    /// it where its process was before.
    struct OtherToolsTests {
        // MARK: fio

        private struct FioReport: Decodable {
            struct Direction: Decodable {
                var io_bytes: UInt64
                var total_ios: UInt64
            }

            struct Job: Decodable {
                var error: Int
                var read: Direction
                var write: Direction
            }

            var jobs: [Job]
        }

        struct Pattern: CustomTestStringConvertible {
            var testDescription: String
            var arguments: [String]
            /// Whether the kernel makes one request of each that fio makes: what is queued may be merged, and what is large divided.
            var isOneToOne = false
        }

        @Test(arguments: [
            Pattern(
                testDescription: "4 KiB anywhere, one at a time",
                arguments: ["--rw=randrw", "--bs=4k", "--ioengine=psync"], isOneToOne: true),
            Pattern(
                testDescription: "64 KiB one after the other, 16 at a time",
                arguments: ["--rw=rw", "--bs=64k", "--ioengine=libaio", "--iodepth=16"]),
            Pattern(
                testDescription: "4 MiB, more than a request can be",
                arguments: ["--rw=rw", "--bs=4m", "--ioengine=psync"]
            ),
            Pattern(
                testDescription: "4 KiB anywhere by four processes",
                arguments: ["--rw=randrw", "--bs=4k", "--ioengine=psync", "--numjobs=4"], isOneToOne: true),
        ])
        func diskTotalsAreThoseOfFio(_ pattern: Pattern) throws {
            let fio = try Executable.named("fio", remedy: "apt-get install fio")
            let folder = try TemporaryFolder(prefix: "mete-fio")
            let (jobs, watch, device) = try Workload.untilWhole {
                let device = try LoopDevice(megabytes: 64)
                let watch = try Watch(of: .commandLine(.regex("/fio( |$)")))
                let report = folder.file("report")
                let process = try ChildProcess(
                    fio,
                    pattern.arguments + [
                        "--name=mete", "--filename=\(device.path)", "--direct=1", "--size=32M", "--output-format=json",
                        "--output=\(report)",
                    ])
                try watch.follow(process)
                try #require(process.waitForEnd()?.code == 0)
                let jobs = try JSONDecoder().decode(FioReport.self, from: Data(TextFile.read(report).utf8)).jobs
                let counted = watch.all(of: device.number)
                let isWhole =
                    counted.reads.bytes == jobs.reduce(0) { $0 + $1.read.io_bytes }
                    && counted.writes.bytes == jobs.reduce(0) { $0 + $1.write.io_bytes }
                return ((jobs, watch, device), isWhole)
            }
            let counted = watch.all(of: device.number)
            let reads = jobs.map(\.read)
            let writes = jobs.map(\.write)
            #expect(jobs.allSatisfy { $0.error == 0 })
            #expect(reads.reduce(0) { $0 + $1.io_bytes } > 1 << 20, "the detector")
            #expect(counted.reads.bytes == reads.reduce(0) { $0 + $1.io_bytes })
            #expect(counted.writes.bytes == writes.reduce(0) { $0 + $1.io_bytes })
            if pattern.isOneToOne {
                #expect(counted.reads.requests == reads.reduce(0) { $0 + $1.total_ios })
                #expect(counted.writes.requests == writes.reduce(0) { $0 + $1.total_ios })
            }
            #expect(watch.losses.uncountedRequests == 0, "\(watch.losses)")
            // Of many at once a few cannot be remembered on their way, and are counted to nobody in particular.
            let own = watch.workload(on: device.number)
            #expect(own.reads.bytes > counted.reads.bytes - counted.reads.bytes / 100, "\(own) of \(counted)")
            #expect(own.writes.bytes > counted.writes.bytes - counted.writes.bytes / 100, "\(own) of \(counted)")
        }

        // MARK: iperf3

        private struct IperfReport: Decodable {
            struct Sum: Decodable {
                var bytes: UInt64
                var retransmits: UInt64?
            }

            struct End: Decodable {
                /// Of UDP.
                var sum: Sum?
                var sum_sent: Sum?
                var sum_received: Sum?
            }

            var end: End
        }

        /// What two programs said to each other in a network namespace of their own, by mete, by themselves and by the kernel.
        private struct Exchange {
            var counted: NetworkUsage
            var report: IperfReport.End
            var kernel: CounterFile
            var kernelMore: CounterFile

            /// Of two classes, since the server's socket is of IPv6 whatever comes by it.
            func traffic(_ four: SocketClass, _ six: SocketClass) -> Traffic {
                var sum = counted.traffic[four] ?? Traffic()
                sum += counted.traffic[six] ?? Traffic()
                return sum
            }
        }

        /// Bytes of the other connection of iperf3, in which it says what is to be measured and what came out; with UDP also those of
        /// two datagrams of greeting.
        private static let control = 32_768 as UInt64

        /// - Parameter before: commands in the namespace, ahead of everything else.
        private static func exchange(_ arguments: String, before: String = "") throws -> Exchange {
            let unshare = try Executable.named("unshare", remedy: "apt-get install util-linux")
            let iperf = try Executable.named("iperf3", remedy: "apt-get install iperf3").path
            let folder = try TemporaryFolder(prefix: "mete-iperf")
            let script = """
                set -e
                ip link set lo up
                \(before)
                \(iperf) -s -1 >\(folder.file("server")) &
                until grep -q ' 0A ' /proc/net/tcp /proc/net/tcp6; do sleep 0.01; done
                \(iperf) -c 127.0.0.1 -J \(arguments) >\(folder.file("client"))
                wait
                cat /proc/net/snmp >\(folder.file("snmp"))
                cat /proc/net/netstat >\(folder.file("netstat"))
                """
            let watch = try Watch(of: .commandLine(.regex("/iperf3( |$)")))
            let process = try ChildProcess(unshare, ["-n", "/bin/sh", "-c", script])
            try watch.follow(process)
            try #require(process.waitForEnd()?.code == 0, "\((try? folder.text("client")) ?? "")")
            let report = try JSONDecoder().decode(IperfReport.self, from: Data(folder.text("client").utf8))
            return Exchange(
                counted: watch.workload.network, report: report.end,
                kernel: try .readTitled(folder.file("snmp")), kernelMore: try .readTitled(folder.file("netstat")))
        }

        @Test func bytesOfTCPAreThoseOfIperf() throws {
            let exchange = try Self.exchange("-n 200M")
            let counted = exchange.traffic(.tcp4, .tcp6)
            let sent = try #require(exchange.report.sum_sent).bytes
            let received = try #require(exchange.report.sum_received).bytes
            #expect(sent >= 200 << 20, "the detector")
            #expect(counted.sentBytes >= sent && counted.sentBytes <= sent + Self.control, "\(counted), iperf3 \(sent)")
            #expect(
                counted.receivedBytes >= received && counted.receivedBytes <= received + Self.control,
                "\(counted), iperf3 \(received)")
        }

        @Test func datagramsAreThoseOfIperf() throws {
            let exchange = try Self.exchange("-u -b 0 -l 1400 -n 20M")
            let counted = exchange.traffic(.udp4, .udp6)
            let sum = try #require(exchange.report.sum)
            #expect(sum.bytes >= 20 << 20, "the detector")
            #expect(counted.sentBytes >= sum.bytes && counted.sentBytes <= sum.bytes + 64, "\(counted), \(sum)")
            #expect(counted.sentPackets == exchange.kernel["Udp OutDatagrams"])
            #expect(counted.receivedPackets == exchange.kernel["Udp InDatagrams"])
            // What the server left unread is counted nowhere.
            let received = try #require(exchange.report.sum_received).bytes
            #expect(
                counted.receivedBytes >= received && counted.receivedBytes <= received + 64, "\(counted), \(received)")
        }

        /// One data segment in fifty is thrown away on its arrival. The segments are small, so that several lie in one buffer of the kernel
        /// and are sent again together.
        @Test func retransmitsAreThoseOfTheKernelAndOfIperf() throws {
            let nft = try Executable.named("nft", remedy: "apt-get install nftables").path
            let exchange = try Self.exchange(
                "-n 20M -l 1000 -M 1000",
                before: """
                    \(nft) -f - <<'END'
                    table inet loss {
                      chain arrival {
                        type filter hook input priority 0
                        meta l4proto tcp meta length > 1000 numgen inc mod 50 == 0 drop
                      }
                    }
                    END
                    """)
            let truth = try #require(exchange.kernel["Tcp RetransSegs"])
            #expect(truth > 20 && exchange.kernelMore["TcpExt TCPFastRetrans"] ?? 0 > 0, "the detector")
            #expect(exchange.counted.retransmits == truth)
            // iperf3 looks once its time is over, and the kernel goes on.
            let seen = try #require(exchange.report.sum_sent?.retransmits)
            #expect(seen <= truth && seen > truth - truth / 20, "\(seen) of \(truth)")
            // Those of the beginning and the end of a connection are in no call of a thread.
            let segments = Double(try #require(exchange.kernel["Tcp OutSegs"]) + truth)
            let counted = Double(exchange.traffic(.tcp4, .tcp6).sentPackets)
            #expect(abs(counted - segments) <= 0.01 * segments, "\(counted) of \(segments)")
        }
    }
}
