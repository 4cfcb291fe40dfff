/// The reports of `GoldenReports` as version 1 writes them, indented. A change here is a change of the API.
enum GoldenJSON {
    static let status = """
        {
          "agent" : {
            "mode" : "enforcing",
            "modeReason" : "--enforce was given",
            "pid" : 4242,
            "policy" : {
              "file" : "/etc/mete/policy.yaml",
              "lastFailure" : {
                "at" : 1790000050.5,
                "problems" : [
                  {
                    "field" : "components[1].cpu.guarantee",
                    "file" : "/etc/mete/policy.yaml",
                    "line" : 12,
                    "message" : "the guarantees sum to 2.5 cores and the capacity is 2",
                    "remedy" : "promise at most 2 in all"
                  }
                ]
              },
              "loadedAt" : 1790000000
            },
            "startedAt" : 1790000000,
            "tickSeconds" : 0.125,
            "ticks" : 605,
            "upSeconds" : 60.5,
            "version" : "0.1.0"
          },
          "calls" : [
            {
              "callsForecast" : {
                "coverage" : 0.9375,
                "demand" : {
                  "median" : 500,
                  "p90" : 550,
                  "p95" : 600,
                  "p99" : 650
                },
                "expiresInSeconds" : 0.25,
                "pinballLoss" : 16,
                "reason" : "no other",
                "samples" : 64,
                "source" : "decayedPeak",
                "width" : 0
              },
              "callsPerSecond" : 512,
              "component" : "shop",
              "function" : "libssl:SSL_write",
              "inside" : 0.75
            },
            {
              "callsPerSecond" : 0,
              "component" : "rest",
              "function" : "libssl:SSL_write",
              "inside" : 0
            }
          ],
          "callsNotForecast" : 1,
          "capacity" : {
            "cores" : 2,
            "plannable" : 1.875,
            "steal" : 0.0625
          },
          "components" : [
            {
              "allotment" : {
                "amount" : 0.625,
                "change" : "raised",
                "changeReason" : "raised: a guarantee or an unmet demand asks for it",
                "grants" : [
                  {
                    "amount" : 0.5,
                    "claim" : "guarantee",
                    "reason" : "guaranteed"
                  },
                  {
                    "amount" : 0.125,
                    "claim" : "forecast",
                    "quantile" : 0.99,
                    "reason" : "forecast at p99"
                  }
                ],
                "plannedDemand" : 0.6,
                "source" : "autoregressive",
                "units" : 5
              },
              "class" : "latency",
              "demand" : 0.375,
              "enforcement" : {
                "cgroups" : [
                  "/sys/fs/cgroup/cpu/mete/shop"
                ],
                "mode" : "reserved",
                "notes" : [
                  "1 process stays in a group of others"
                ],
                "reservations" : [
                  {
                    "name" : "redis-server",
                    "periodNanoseconds" : 1000000,
                    "runtimeNanoseconds" : 500000,
                    "tid" : 901
                  }
                ],
                "sharedThreads" : [
                  {
                    "name" : "bio_aof",
                    "reason" : "affinity is too narrow",
                    "tid" : 905
                  }
                ],
                "shortSlices" : [
                  903
                ],
                "wantedMode" : "reserved",
                "yielded" : [
                  {
                    "ours" : "640",
                    "path" : "/sys/fs/cgroup/cpu/mete/shop/cpu.shares",
                    "standing" : "512"
                  }
                ]
              },
              "forecast" : {
                "coverage" : 0.9375,
                "demand" : {
                  "median" : 0.25,
                  "p90" : 0.375,
                  "p95" : 0.5,
                  "p99" : 0.625
                },
                "expiresInSeconds" : 0.25,
                "pinballLoss" : 0.03125,
                "reason" : "lower pinball loss",
                "samples" : 64,
                "source" : "autoregressive",
                "width" : 0.25
              },
              "guarantee" : {
                "amount" : 0.5,
                "breaches" : 2,
                "lastBreach" : {
                  "at" : 1790000042,
                  "explanation" : "got 0.18 of 0.25 cores"
                },
                "state" : "breached"
              },
              "id" : "shop",
              "priority" : 100,
              "processes" : 1,
              "resources" : {
                "diskReads" : {
                  "bytesPerSecond" : 32768,
                  "meanLatencySeconds" : 0.0625,
                  "p99LatencySeconds" : 0.125,
                  "requestsPerSecond" : 8
                },
                "diskWrites" : {
                  "bytesPerSecond" : 0,
                  "requestsPerSecond" : 0
                },
                "memory" : {
                  "anonymousBytes" : 524288,
                  "majorFaultsPerSecond" : 0.25,
                  "residentBytes" : 1048576
                },
                "network" : {
                  "receivedBytesPerSecond" : 2048,
                  "receivedPacketsPerSecond" : 32,
                  "retransmitsPerSecond" : 0.5,
                  "sentBytesPerSecond" : 1024,
                  "sentPacketsPerSecond" : 16
                },
                "runQueueDelay" : {
                  "p50Seconds" : 0.0009765625,
                  "p999Seconds" : 0.00390625,
                  "p99Seconds" : 0.001953125
                },
                "stalls" : {
                  "cpu" : {
                    "full" : 0.5,
                    "some" : 0.75
                  },
                  "groups" : 2
                }
              },
              "threads" : 6,
              "usage" : 0.25
            },
            {
              "class" : "throughput",
              "demand" : 0,
              "enforcement" : {
                "cgroups" : [

                ],
                "notes" : [

                ],
                "reservations" : [

                ],
                "sharedThreads" : [

                ],
                "shortSlices" : [

                ],
                "wantedMode" : "shared",
                "yielded" : [

                ]
              },
              "guarantee" : {
                "amount" : 0,
                "breaches" : 0,
                "state" : "idle"
              },
              "id" : "rest",
              "priority" : 50,
              "processes" : 12,
              "threads" : 30,
              "usage" : 0
            }
          ],
          "cost" : {
            "cpu" : 0.0078125,
            "residentBytes" : 20971520
          },
          "losses" : [
            {
              "count" : 3,
              "kind" : "ringBufferDrops",
              "meaning" : "a record: resolution, not usage"
            }
          ],
          "recording" : {
            "file" : "/var/lib/mete/r",
            "missingTicks" : 12,
            "problem" : "cannot write to it: disk full",
            "waitingBytes" : 4096
          },
          "stalls" : {
            "cpu" : {
              "full" : 0,
              "some" : 0.5
            },
            "disk" : {
              "full" : 0,
              "some" : 0
            },
            "groups" : 1,
            "memory" : {
              "full" : 0.125,
              "some" : 0.25
            }
          },
          "tracing" : {
            "componentSlots" : 63,
            "componentsWithoutSlot" : 5,
            "missingProbes" : [
              {
                "name" : "on_io_start",
                "tracepoint" : "block_io_start"
              }
            ],
            "slotLimit" : "5 components have no slot",
            "traced" : [
              "cpu",
              "disk"
            ]
          }
        }
        """

    static let plan = """
        {
          "madeAt" : 1790000060.5,
          "resources" : [
            {
              "allotments" : [
                {
                  "allotment" : {
                    "amount" : 0.625,
                    "change" : "raised",
                    "changeReason" : "raised: a guarantee or an unmet demand asks for it",
                    "grants" : [
                      {
                        "amount" : 0.5,
                        "claim" : "guarantee",
                        "reason" : "guaranteed"
                      },
                      {
                        "amount" : 0.125,
                        "claim" : "forecast",
                        "quantile" : 0.99,
                        "reason" : "forecast at p99"
                      }
                    ],
                    "plannedDemand" : 0.6,
                    "source" : "autoregressive",
                    "units" : 5
                  },
                  "component" : "shop"
                }
              ],
              "capacity" : 1.875,
              "resource" : "cpu",
              "shortfalls" : [
                {
                  "component" : "batch",
                  "planned" : 1.25,
                  "wanted" : 1.5
                }
              ],
              "unit" : 0.125
            }
          ],
          "tick" : 605
        }
        """

    static let health = """
        {
          "healthy" : false,
          "lastTickAgeSeconds" : 2.5,
          "mode" : "safe",
          "problems" : [
            "no tick for 2.5 s"
          ],
          "ticks" : 605
        }
        """

    static let reload = """
        {
          "components" : [
            "shop",
            "rest"
          ],
          "policy" : {
            "file" : "/etc/mete/policy.yaml",
            "loadedAt" : 1790000000
          }
        }
        """

    static let error = """
        {
          "error" : {
            "code" : "policyRefused",
            "message" : "the policy did not load",
            "problems" : [
              {
                "field" : "components[1].cpu.guarantee",
                "file" : "/etc/mete/policy.yaml",
                "line" : 12,
                "message" : "the guarantees sum to 2.5 cores and the capacity is 2",
                "remedy" : "promise at most 2 in all"
              }
            ],
            "remedy" : "correct the file and reload"
          }
        }
        """
}
