import MeteModel
import Testing

@testable import MetePrediction

/// The arithmetic of the networks, in every variant that this machine can run.
struct NetworkGradientTests {
    static let kernels = NetworkPool.availableKernels

    @Test(arguments: kernels.indices)
    func outputsAndQuantilesAreThoseOfTheReference(variant: Int) throws {
        for example in try NetworkReference.load() {
            let probe = example.probe(Self.kernels[variant])
            #expect(farthest(probe.output, example.output) < 2e-6, "\(example.architecture)")
            #expect(farthest(probe.predict(), example.quantiles) < 5e-6, "\(example.architecture)")
        }
    }

    @Test(arguments: kernels.indices)
    func lossAndGradientAreThoseOfTheReference(variant: Int) throws {
        for example in try NetworkReference.load() {
            let probe = example.probe(Self.kernels[variant])
            let (loss, gradient) = probe.gradient(example.targets.map { Float($0) })
            #expect(abs(Double(loss) - example.loss) < 1e-5, "\(example.architecture)")
            #expect(gradient.count == example.gradient.count)
            #expect(farthest(gradient, example.gradient) < 1e-5, "\(example.architecture)")
            #expect(example.gradient.filter { abs($0) > 1e-3 }.count > example.gradient.count / 2)
        }
    }

    /// Central differences of the loss in single precision: good to a few thousandths.
    @Test(arguments: [NetworkSettings.lstm, .attention], [[0.7, nil, nil], [nil, -1.1, nil], [0.4, 0.9, 2.3]])
    func gradientIsTheSlopeOfTheLoss(settings: NetworkSettings, targets: [Float?]) throws {
        let example = try #require(NetworkReference.load().first { $0.settings.architecture == settings.architecture })
        let probe = example.probe(Self.kernels[0])
        let (_, gradient) = probe.gradient(targets)
        let step: Float = 4e-3
        var worst: Float = 0
        for index in stride(from: 0, to: gradient.count, by: 3) {
            let value = probe.parameters[index]
            let losses = [value - step, value + step].map { moved in
                probe.parameters[index] = moved
                probe.replay()
                return probe.gradient(targets).loss
            }
            probe.parameters[index] = value
            let slope = (losses[1] - losses[0]) / (2 * step)
            worst = max(worst, abs(slope - gradient[index]) / (1 + abs(gradient[index])))
        }
        probe.replay()
        #expect(worst < 3e-3)
        #expect(probe.gradient(targets).gradient == gradient)
    }

    /// Rounding differs between instruction sets, and learning carries the difference on: 200 ticks of it stay small.
    @Test(arguments: [NetworkSettings.lstm, .attention])
    func variantsAgree(settings: NetworkSettings) {
        var series: [[Double]] = []
        for kernels in Self.kernels {
            var probe = NetworkProbe(settings, kernels: kernels)
            series.append(
                DemandSeries.autoregressive.demands(200).map { demand in
                    probe.pool.gather(probe.slot, demand: demand)
                    probe.pool.step()
                    return probe.pool.forecast(probe.slot, .one)?.p95 ?? 0
                })
        }
        for other in series.dropFirst() {
            #expect(zip(series[0], other).allSatisfy { abs($0 - $1) < 0.01 * (1 + abs($0)) })
        }
        #expect(series[0].contains { $0 > 1 })
    }

    /// Hidden units that only pad, and inputs that only pad, stay without effect.
    @Test(arguments: [NetworkSettings.Architecture.lstm, .attention])
    func paddingStaysZero(architecture: NetworkSettings.Architecture) {
        var settings = NetworkSettings(architecture: architecture, hidden: 5, window: 12)
        settings.features = 1
        var probe = NetworkProbe(settings, kernels: Self.kernels[0])
        for demand in DemandSeries.autoregressive.demands(150) {
            probe.pool.gather(probe.slot, demand: demand, announced: [0.5])
            probe.pool.step()
        }
        #expect(probe.output.count == 8)
        #expect(architecture == .attention || probe.output[5...].allSatisfy { $0 == 0 })
        #expect(probe.output[..<5].allSatisfy { $0 != 0 })
    }

    private func farthest(_ values: [Float], _ expected: [Double]) -> Double {
        guard values.count == expected.count else { return .infinity }
        return zip(values, expected).map { abs(Double($0) - $1) / (1 + abs($1)) }.max() ?? .infinity
    }
}
