// The measurements of `roulette bench` with the Go client of NATS (nats.go).
//
//	peer_go pub PORT COUNT SIZE [TOPICS [TASKS]]       publish on one connection, then flush
//	peer_go sharded PORT,PORT… COUNT SIZE TOPICS TASKS  the same on five connections to each server; the topic decides which
//	peer_go sub PORT COUNT             receive, measured from the first message to the last
//	peer_go rtt PORT COUNT             flush round trips, one at a time
//	peer_go request PORT COUNT SIZE    requests, one at a time, answered on a second connection of this process
//	peer_go version
//
// Prints a JSON object with the keys of `roulette bench`.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"os"
	"runtime"
	"sort"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/nats-io/nats.go"
)

type result struct {
	Mode     string   `json:"mode"`
	Messages int      `json:"msgs"`
	Seconds  float64  `json:"seconds"`
	Rate     float64  `json:"msgs_per_s"`
	CPU      float64  `json:"cpu_ns_per_msg"`
	P50      *float64 `json:"p50_us"`
	P99      *float64 `json:"p99_us"`
}

type moment struct {
	wall time.Time
	cpu  time.Duration
}

func now() moment {
	var usage syscall.Rusage
	require(syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return moment{time.Now(), time.Duration(usage.Utime.Nano() + usage.Stime.Nano())}
}

func require(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "peer_go:", err)
		os.Exit(1)
	}
}

func report(mode string, count int, from, to moment, times []float64) {
	seconds := to.wall.Sub(from.wall).Seconds()
	r := result{
		Mode:     mode,
		Messages: count,
		Seconds:  seconds,
		Rate:     float64(count) / seconds,
		CPU:      float64(to.cpu-from.cpu) / float64(count),
	}
	if len(times) > 0 {
		sort.Float64s(times)
		r.P50, r.P99 = &times[count/2], &times[count*99/100]
	}
	require(json.NewEncoder(os.Stdout).Encode(r))
}

func topicNames(count int) []string {
	if count == 1 {
		return []string{"bench"}
	}
	names := make([]string, count)
	for i := range names {
		names[i] = fmt.Sprintf("bench.%d", i)
	}
	return names
}

// Publishes count messages in total from several goroutines, which use the topics in turn.
func publish(count int, topics []string, tasks int, one func(topic string), flush func()) {
	start := now()
	var running sync.WaitGroup
	for task := 0; task < tasks; task++ {
		running.Add(1)
		go func(task int) {
			defer running.Done()
			next := task * len(topics) / tasks
			for i := count * task / tasks; i < count*(task+1)/tasks; i++ {
				one(topics[next])
				if next++; next == len(topics) {
					next = 0
				}
			}
		}(task)
	}
	running.Wait()
	flush()
	report("pub", count, start, now(), nil)
}

// Five connections to each server. As in the ring, a topic has one server and one connection to it.
func publishSharded(ports []string, count int, payload []byte, topics []string, tasks int) {
	const pool = 5
	var connections []*nats.Conn
	for _, port := range ports {
		for i := 0; i < pool; i++ {
			connection, err := nats.Connect("nats://127.0.0.1:" + port)
			require(err)
			defer connection.Close()
			connections = append(connections, connection)
		}
	}
	publish(count, topics, tasks, func(topic string) {
		hash := fnv.New32a()
		hash.Write([]byte(topic))
		require(connections[hash.Sum32()%uint32(len(connections))].Publish(topic, payload))
	}, func() {
		for _, connection := range connections {
			require(connection.FlushTimeout(time.Minute))
		}
	})
}

func receive(connection *nats.Conn, count int) {
	var received int
	var first, last moment
	done := make(chan struct{})
	subscription, err := connection.Subscribe("bench", func(*nats.Msg) {
		if received == 0 {
			first = now()
		}
		received++
		if received == count {
			last = now()
			close(done)
		}
	})
	require(err)
	require(subscription.SetPendingLimits(-1, -1))
	require(connection.Flush())
	<-done
	report("sub", count, first, last, nil)
}

func roundTrips(mode string, count int, trip func() error) {
	times := make([]float64, 0, count)
	start := now()
	for i := 0; i < count; i++ {
		before := time.Now()
		require(trip())
		times = append(times, float64(time.Since(before).Nanoseconds())/1e3)
	}
	report(mode, count, start, now(), times)
}

func main() {
	if len(os.Args) == 2 && os.Args[1] == "version" {
		fmt.Printf("nats.go %s, %s\n", nats.Version, runtime.Version())
		return
	}
	if len(os.Args) < 4 {
		fmt.Fprintln(os.Stderr, "usage: peer_go pub|sharded|sub|rtt|request PORT COUNT [SIZE [TOPICS [TASKS]]]")
		os.Exit(2)
	}
	mode, url := os.Args[1], "nats://127.0.0.1:"+os.Args[2]
	count, err := strconv.Atoi(os.Args[3])
	require(err)
	size := 0
	if len(os.Args) > 4 {
		size, err = strconv.Atoi(os.Args[4])
		require(err)
	}
	payload := bytes.Repeat([]byte("x"), size)
	topics, tasks := 1, 1
	if len(os.Args) > 5 {
		topics, err = strconv.Atoi(os.Args[5])
		require(err)
	}
	if len(os.Args) > 6 {
		tasks, err = strconv.Atoi(os.Args[6])
		require(err)
	}
	if mode == "sharded" {
		publishSharded(strings.Split(os.Args[2], ","), count, payload, topicNames(topics), tasks)
		return
	}
	connection, err := nats.Connect(url)
	require(err)
	defer connection.Close()
	switch mode {
	case "pub":
		publish(count, topicNames(topics), tasks, func(topic string) {
			require(connection.Publish(topic, payload))
		}, func() { require(connection.FlushTimeout(time.Minute)) })
	case "sub":
		receive(connection, count)
	case "rtt":
		roundTrips(mode, count, connection.Flush)
	case "request":
		responder, err := nats.Connect(url)
		require(err)
		defer responder.Close()
		_, err = responder.Subscribe("bench.echo", func(message *nats.Msg) { require(message.Respond(message.Data)) })
		require(err)
		require(responder.Flush())
		roundTrips(mode, count, func() error {
			_, err := connection.Request("bench.echo", payload, 5*time.Second)
			return err
		})
	default:
		require(fmt.Errorf("unknown mode %s", mode))
	}
}
