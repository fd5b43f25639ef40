// Command delivery measures what it costs the runtime to tell an agent of an event
// over WebSocket, beside a bare broadcast of the same bytes with the library that both
// are made with. The servers are processes of their own, on one machine, in one run,
// in rounds that take turns; what is compared is the CPU time of each server's process
// and the memory that each of its idle connections holds.
//
// Absolute figures are the machine's. Quote the ratios.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
)

func main() {
	var o options
	flag.IntVar(&o.agents, "agents", 1000, "connections that every event goes to")
	flag.IntVar(&o.idle, "idle", 5000, "idle connections whose memory is measured; 0 for none")
	flag.IntVar(&o.rounds, "rounds", 5, "rounds of each server")
	flag.IntVar(&o.events, "events", 60, "events in a round")
	flag.IntVar(&o.rate, "rate", 15, "events a second; from 20 on several share a tick of the runtime")
	output := flag.String("o", "", "json for figures to be read by a program")
	serve := flag.String("serve", "", "be one of the servers: "+strings.Join(kinds, ", ")+"; the program starts them itself")
	issuer := flag.String("issuer", "", "with -serve runtime: whose tokens count")
	profile := flag.String("profile", "", "with -serve: write a CPU profile here; without: of the runtime, there")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	var err error
	if *serve != "" {
		err = child(ctx, *serve, *issuer, *profile)
	} else {
		o.profile = *profile
		var r report
		if r, err = measure(ctx, o); err == nil {
			if *output == "json" {
				err = json.NewEncoder(os.Stdout).Encode(r)
			} else {
				r.print(os.Stdout)
			}
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}
